using Microsoft.Extensions.Logging;

using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

using Skerry.Agent.CommandLine;
using Skerry.Agent.Configuration;

namespace Skerry.Agent.Composition;

/// <summary>Sends the spans of gateway, proxy and tunnel to a collector, when the configuration names one. One call at a time.</summary>
/// <param name="node">This node's name.</param>
/// <param name="group">Its group.</param>
/// <param name="id">Its id.</param>
/// <param name="logger">Tells whether the collector takes them.</param>
internal sealed class TracingPart(string node, string group, string id, ILogger logger) : IDisposable
{
    /// <summary>How long a span waits for others to be sent with, milliseconds.</summary>
    private const int Delay = 1000;

    private TracerProvider? _provider;

    /// <summary>Goes by another configuration from now on.</summary>
    public void Apply(TracingConfiguration tracing)
    {
        Dispose();
        if (tracing.Endpoint is not { } endpoint) return;
        var options = new OtlpExporterOptions
        {
            Endpoint = tracing.Protocol == TracingProtocol.Grpc ? endpoint : TracesBelow(endpoint),
            Protocol = tracing.Protocol == TracingProtocol.Grpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf,
        };
        _provider = Sdk.CreateTracerProviderBuilder()
            .AddSource("Skerry.Gateway", "Skerry.Proxy", "Skerry.Tunnel")
            .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(tracing.SampleRatio)))
            .ConfigureResource(resource => resource
                .AddService("skerry", serviceVersion: ProgramVersion.Number, autoGenerateServiceInstanceId: false, serviceInstanceId: id)
                .AddAttributes([new("host.name", Environment.MachineName), new("skerry.node", node), new("skerry.group", group)]))
            .AddProcessor(new BatchActivityExportProcessor(new SpanExporter(options, logger), scheduledDelayMilliseconds: Delay))
            .Build();
        AgentLog.Tracing(logger, options.Endpoint, tracing.SampleRatio);
    }

    /// <summary>Sends what waits, and traces nothing any more. Takes 5 seconds where the collector does not answer.</summary>
    public void Dispose()
    {
        _provider?.Dispose();
        _provider = null;
    }

    /// <summary>The path that OTLP over HTTP has for traces, unless it is there already.</summary>
    private static Uri TracesBelow(Uri endpoint) =>
        endpoint.AbsolutePath.EndsWith("/v1/traces", StringComparison.Ordinal) ? endpoint : new UriBuilder(endpoint) { Path = endpoint.AbsolutePath.TrimEnd('/') + "/v1/traces" }.Uri;
}
