using System.Collections.Immutable;
using System.ComponentModel;

using Skerry.Gateway.Plugins.Use;
using Skerry.Primitives;

namespace Skerry.Gateway;

/// <summary>Listeners and pipelines: the key <c>gateway</c> of the configuration.</summary>
public sealed record GatewayOptions
{
    /// <summary>Where requests come in; none: the gateway is off.</summary>
    [Reloadable, Description("Where requests come in. Empty: the gateway is off.")]
    public ImmutableArray<ListenerOptions> Listeners { get; init; } = [];

    /// <summary>Plugins that several pipelines share by name.</summary>
    [Reloadable, Description("Plugins written once for several pipelines, which take them in by `use`.")]
    public ImmutableArray<SharedPluginOptions> Plugins { get; init; } = [];

    /// <summary>What is done with them.</summary>
    [Reloadable, Description("What is done with requests.")]
    public ImmutableArray<PipelineOptions> Pipelines { get; init; } = [];

    /// <summary>The same with every <c>use</c> replaced by what it stands for; only for options that passed validation.</summary>
    internal GatewayOptions Resolve() => Plugins.IsEmpty ? this : this with
    {
        Pipelines = [.. Pipelines.Select(pipeline => pipeline with { Plugins = [.. pipeline.Plugins.Select(plugin => plugin is UseOptions use ? Shared(use)!.Plugin : plugin)] })],
    };

    /// <summary>What a <c>use</c> stands for; null when there is none of that name.</summary>
    internal SharedPluginOptions? Shared(UseOptions use) => Plugins.FirstOrDefault(shared => shared.Name == use.Plugin);
}
