using System.ComponentModel;

using Skerry.Primitives;

namespace Skerry.Gateway.Plugins.Headers;

/// <summary>Changes headers on the way in and on the way out.</summary>
public sealed record HeadersOptions : PluginOptions
{
    /// <summary>Of the request, before it is forwarded.</summary>
    [Reloadable, Description("Changes of the request's headers.")]
    public HeaderChanges Request { get; init; } = new();

    /// <summary>Of the response, before it is sent.</summary>
    [Reloadable, Description("Changes of the response's headers.")]
    public HeaderChanges Response { get; init; } = new();
}
