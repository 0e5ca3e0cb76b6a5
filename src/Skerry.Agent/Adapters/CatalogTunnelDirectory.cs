using Skerry.Catalog;
using Skerry.Libp2p;
using Skerry.Tunnel;

namespace Skerry.Agent.Adapters;

/// <summary>What the catalog knows of how nodes are reached, of this group and of those it sees.</summary>
/// <param name="catalog">Knows it.</param>
/// <param name="self">This node.</param>
internal sealed class CatalogTunnelDirectory(ServiceCatalog catalog, string self) : ITunnelDirectory
{
    public IReadOnlyList<NodeRoutes> Relays =>
        [.. Nodes(catalog.Current).Where(node => node.Tunnel.IsRelay).Select(ToRoutes).Concat(Bridges(catalog.Current).Where(node => node.IsRelay)).DistinctBy(node => node.Node)
            .OrderBy(node => node.Node, StringComparer.Ordinal)];

    public NodeRoutes? Find(string node)
    {
        var now = catalog.Current;
        if (now.Nodes.TryGetValue(node, out var own)) return ToRoutes(own);
        foreach (var group in now.Groups.Values)
        {
            if (group.Nodes.TryGetValue(node, out var other)) return ToRoutes(other);
        }

        return now.Bridges.TryGetValue(node, out var bridge) ? ToRoutes(node, "", bridge) : null;
    }

    public bool IsDead(string node)
    {
        var now = catalog.Current;
        var said = Said(now, node).ToList();
        return said.Count > 0 && !said.Contains(true);
    }

    /// <summary>
    /// Whether groups that know the node say that it lives. Only of a group that is heard from is that its word; and who hears from nobody at all, in its own group or
    /// another, is cut off itself and knows nothing of the others.
    /// </summary>
    private IEnumerable<bool> Said(CatalogSnapshot now, string node)
    {
        if (now.Nodes.TryGetValue(node, out var own) && (own.Alive || IsInTouch(now))) yield return own.Alive;
        foreach (var group in now.Groups.Values)
        {
            if (group.IsReachable && group.Nodes.TryGetValue(node, out var other)) yield return other.Alive;
        }
    }

    private bool IsInTouch(CatalogSnapshot now) => now.Nodes.Values.Any(node => node.Alive && node.Name != self) || now.Groups.Values.Any(group => group.IsReachable);

    private static IEnumerable<CatalogNode> Nodes(CatalogSnapshot now) => now.Nodes.Values.Concat(now.Groups.Values.SelectMany(group => group.Nodes.Values)).Where(node => node.Alive);

    private static IEnumerable<NodeRoutes> Bridges(CatalogSnapshot now) => now.Bridges.Select(bridge => ToRoutes(bridge.Key, "", bridge.Value));

    private static NodeRoutes ToRoutes(CatalogNode node) => ToRoutes(node.Name, node.Group, node.Tunnel);

    private static NodeRoutes ToRoutes(string node, string group, TunnelFacts facts) => new(node, group, Parse(facts.Addresses), facts.IsRelay, facts.Zone, facts.Load);

    private static List<Multiaddr> Parse(IEnumerable<string> texts)
    {
        var addresses = new List<Multiaddr>();
        foreach (var text in texts)
        {
            // A newer node may know kinds of addresses that this one does not.
            if (Multiaddr.TryParse(text, out var address)) addresses.Add(address);
        }

        return addresses;
    }
}
