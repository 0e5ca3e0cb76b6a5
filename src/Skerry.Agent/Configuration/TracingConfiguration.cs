using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

using Skerry.Primitives;

namespace Skerry.Agent.Configuration;

/// <summary>The key <c>tracing</c>.</summary>
internal sealed record TracingConfiguration
{
    [Reloadable, Description("Where a collector takes spans in (OTLP), such as `http://127.0.0.1:4318`. Absent: nothing is traced, and tracing costs nothing.")]
    public Uri? Endpoint { get; init; }

    [Reloadable, Description("What it speaks there: `httpProtobuf`, with `/v1/traces` behind the endpoint, or `grpc`.")]
    public TracingProtocol Protocol { get; init; }

    [Reloadable, Range(0.0, 1.0), Description("Share of the traces beginning here that are recorded. For a request that brings a trace, whoever began that has decided.")]
    public double SampleRatio { get; init; } = 1;
}
