using System.Collections.Immutable;
using System.ComponentModel;

using Skerry.Primitives;

namespace Skerry.Gateway.Plugins.Headers;

/// <summary>
/// Headers to remove, then to set, then to add. A value may hold <c>{client-ip}</c>, <c>{host}</c>, <c>{method}</c>, <c>{path}</c>, <c>{scheme}</c>,
/// <c>{header:NAME}</c> and <c>{query:NAME}</c>, taken from the request as it came.
/// </summary>
public sealed record HeaderChanges
{
    /// <summary>Removed.</summary>
    [Reloadable, Description("Names removed.")]
    public ImmutableArray<string> Remove { get; init; } = [];

    /// <summary>Set, in place of what is there.</summary>
    [Reloadable, Description("Values set in place of what is there; `{client-ip}`, `{host}`, `{method}`, `{path}`, `{scheme}`, `{header:NAME}`, `{query:NAME}` come from the request.")]
    public ImmutableSortedDictionary<string, string> Set { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Added to what is there.</summary>
    [Reloadable, Description("Values added to what is there.")]
    public ImmutableSortedDictionary<string, string> Add { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}
