using Skerry.Api.Http;
using Skerry.Catalog;

namespace Skerry.Api.Consul;

/// <summary>What the parameters <c>near</c>, <c>tag</c> and <c>node-meta</c> leave, and in which order.</summary>
internal static class Nearness
{
    /// <summary>The instances that bear every tag asked for, on nodes with every fact asked for, the nearest first where asked.</summary>
    public static IEnumerable<ServiceEntry> Select(ApiCall call, IEnumerable<ServiceEntry> entries)
    {
        var tags = call.All("tag").ToArray();
        return Sort(call, entries.Where(entry => tags.All(tag => entry.Service.Tags.Contains(tag)) && HasMeta(call, entry.Node)), entry => entry.Node.Name);
    }

    /// <summary>By estimated round trip from the node that <c>near</c> names; those whose place is unknown come last.</summary>
    public static IEnumerable<T> Sort<T>(ApiCall call, IEnumerable<T> items, Func<T, string> nodeOf)
    {
        if (call.Query("near") is not { Length: > 0 } near) return items;
        var from = near is "_agent" or "_ip" ? call.Options.NodeName : near;
        return items.OrderBy(item => nodeOf(item) == from ? TimeSpan.Zero : call.Agent.EstimateRoundTrip(from, nodeOf(item)) ?? TimeSpan.MaxValue);
    }

    /// <summary>The index of an answer that nodes are in by <c>node-meta</c>: then it changes with them, too.</summary>
    public static ulong Index(ApiCall call, GroupView view, ulong index) => call.All("node-meta").Any() ? Math.Max(index, view.NodesIndex) : index;

    /// <summary>Whether a node has every <c>node-meta=KEY:VALUE</c> asked for.</summary>
    public static bool HasMeta(ApiCall call, CatalogNode node) => call.All("node-meta").All(pair =>
    {
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        var (key, value) = colon < 0 ? (pair, "") : (pair[..colon], pair[(colon + 1)..]);
        return node.Meta.TryGetValue(key, out var actual) && actual == value;
    });
}
