using System.Collections.Immutable;
using System.ComponentModel;

using Skerry.Gateway.Plugins;

namespace Skerry.Gateway;

/// <summary>One pipeline: plugins in the order requests pass them.</summary>
public sealed record PipelineOptions
{
    /// <summary>Unique name, for metrics and messages.</summary>
    [Description("Unique name, shown in metrics and messages.")]
    public required string Name { get; init; }

    /// <summary>Listeners it serves; empty: all.</summary>
    [Description("Names of the listeners it serves. Empty: all.")]
    public ImmutableArray<string> Listeners { get; init; } = [];

    /// <summary>The plugins; in the file each is a map with one key, the plugin's name.</summary>
    [Description("Plugins in the order requests pass them; each entry is a map with one key, the plugin's name.")]
    public ImmutableArray<PluginOptions> Plugins { get; init; } = [];
}
