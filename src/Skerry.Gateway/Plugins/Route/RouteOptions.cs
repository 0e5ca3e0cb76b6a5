using System.Collections.Immutable;
using System.ComponentModel;

using Skerry.Primitives;

namespace Skerry.Gateway.Plugins.Route;

/// <summary>Which requests a pipeline takes. A request goes to the pipeline whose route says most about it: host, then path, then methods and headers.</summary>
public sealed record RouteOptions : PluginOptions
{
    /// <summary>Host names; <c>*.example.com</c> stands for every name below. Empty: any.</summary>
    [Reloadable, Description("Host names; `*.example.com` stands for every name below it. Empty: any.")]
    public ImmutableArray<string> Hosts { get; init; } = [];

    /// <summary>Path prefix, matched by whole segments: <c>/shop</c> takes <c>/shop</c> and <c>/shop/cart</c>, not <c>/shopping</c>.</summary>
    [Reloadable, Description("Path prefix, matched by whole segments.")]
    public string Path { get; init; } = "/";

    /// <summary>The path must be the whole path.</summary>
    [Reloadable, Description("Whether the path must match whole.")]
    public bool Exact { get; init; }

    /// <summary>Methods; empty: any.</summary>
    [Reloadable, Description("Methods. Empty: any.")]
    public ImmutableArray<string> Methods { get; init; } = [];

    /// <summary>Headers that must have these values; <c>*</c>: any value.</summary>
    [Reloadable, Description("Headers that must have these values; `*` is any value.")]
    public ImmutableSortedDictionary<string, string> Headers { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Takes the matched prefix off the path before it is forwarded.</summary>
    [Reloadable, Description("Whether the matched prefix is taken off before the request is forwarded.")]
    public bool StripPrefix { get; init; }

    /// <summary>Puts this in place of the matched prefix before the request is forwarded; empty: the path stays.</summary>
    [Reloadable, Description("What is put in place of the matched prefix before the request is forwarded. Empty: nothing is.")]
    public string ReplacePrefix { get; init; } = "";
}
