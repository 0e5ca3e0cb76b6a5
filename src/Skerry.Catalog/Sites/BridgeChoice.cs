using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Skerry.Catalog.Sites;

/// <summary>
/// Which nodes speak for a group: no election, every node that sees the same nodes comes to the same ones. By rendezvous hashing (Thaler and Ravishankar, 1996):
/// each willing node has a weight of its own, the highest are chosen, and when one dies the next moves up while the others stay.
/// </summary>
internal static class BridgeChoice
{
    /// <summary>The bridges of a group whose membership is known.</summary>
    public static ImmutableArray<CatalogNode> Of(string group, IEnumerable<CatalogNode> nodes) =>
        [.. Ranked(group, nodes.Where(node => node.Alive && node.Tunnel.IsBridge)).Take(SiteBounds.Bridges)];

    /// <summary>Nodes of a group that is not heard any more which may be its bridges by now: those last known alive first.</summary>
    /// <param name="group">The group.</param>
    /// <param name="nodes">Its nodes, alive as the group said last.</param>
    public static ImmutableArray<CatalogNode> Candidates(string group, IEnumerable<CatalogNode> nodes) =>
        [.. Ranked(group, nodes.Where(node => node.Tunnel.IsBridge)).OrderByDescending(node => node.Alive).Take(SiteBounds.Candidates)];

    private static IOrderedEnumerable<CatalogNode> Ranked(string group, IEnumerable<CatalogNode> nodes) =>
        nodes.OrderByDescending(node => Weight(group, node.Name)).ThenBy(node => node.Name, StringComparer.Ordinal);

    private static ulong Weight(string group, string node) =>
        BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{group}/{node}")));
}
