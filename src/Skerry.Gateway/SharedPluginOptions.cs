using System.ComponentModel;

using Skerry.Gateway.Plugins;

namespace Skerry.Gateway;

/// <summary>A plugin with a name, which pipelines take in by <c>use</c>.</summary>
public sealed record SharedPluginOptions
{
    /// <summary>Unique name that pipelines refer to.</summary>
    [Description("Name that pipelines refer to.")]
    public required string Name { get; init; }

    /// <summary>The plugin itself.</summary>
    [Description("The plugin: a map with one key, the plugin's name. Each pipeline that uses it has one of its own.")]
    public required PluginOptions Plugin { get; init; }
}
