using System.Collections.Immutable;
using System.ComponentModel;

using Skerry.Primitives;

namespace Skerry.Gateway;

/// <summary>Listeners and pipelines: the key <c>gateway</c> of the configuration.</summary>
public sealed record GatewayOptions
{
    /// <summary>Where requests come in; none: the gateway is off.</summary>
    [Reloadable, Description("Where requests come in. Empty: the gateway is off.")]
    public ImmutableArray<ListenerOptions> Listeners { get; init; } = [];

    /// <summary>What is done with them.</summary>
    [Reloadable, Description("What is done with requests.")]
    public ImmutableArray<PipelineOptions> Pipelines { get; init; } = [];
}
