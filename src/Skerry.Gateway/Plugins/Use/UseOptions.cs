using System.ComponentModel;

namespace Skerry.Gateway.Plugins.Use;

/// <summary>Stands for a plugin that was written once for several pipelines.</summary>
public sealed record UseOptions : PluginOptions
{
    /// <summary>Its name among the gateway's shared plugins.</summary>
    [Description("Name of one of `gateway.plugins`, which takes this place.")]
    public required string Plugin { get; init; }
}
