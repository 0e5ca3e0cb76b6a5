using System.Diagnostics;

using Microsoft.Extensions.Logging;

using OpenTelemetry;
using OpenTelemetry.Exporter;

namespace Skerry.Agent.Composition;

/// <summary>OpenTelemetry's exporter, which says in the agent's log when the collector begins or ceases to take spans.</summary>
/// <param name="options">Where and how.</param>
/// <param name="logger">The agent's.</param>
internal sealed class SpanExporter(OtlpExporterOptions options, ILogger logger) : OtlpTraceExporter(options)
{
    private readonly OtlpExporterOptions _options = options;
    private bool _isFailing;

    public override ExportResult Export(in Batch<Activity> activityBatch)
    {
        var result = base.Export(activityBatch);
        var fails = result == ExportResult.Failure;
        if (fails && !_isFailing) AgentLog.SpansLost(logger, _options.Endpoint, _options.Protocol.ToString());
        else if (!fails && _isFailing) AgentLog.SpansSent(logger, _options.Endpoint);
        _isFailing = fails;
        return result;
    }
}
