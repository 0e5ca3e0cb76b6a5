using System.Collections.Concurrent;

namespace Skerry.Tunnel.Tests;

/// <summary>What every node of a test knows of the others, at once.</summary>
internal sealed class SharedDirectory : ITunnelDirectory
{
    private readonly ConcurrentDictionary<string, NodeRoutes> _nodes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _dead = new(StringComparer.Ordinal);

    public IReadOnlyList<NodeRoutes> Relays => [.. _nodes.Values.Where(node => node.IsRelay).OrderBy(node => node.Node, StringComparer.Ordinal)];

    public NodeRoutes? Find(string node) => _nodes.GetValueOrDefault(node);

    public bool IsDead(string node) => _dead.ContainsKey(node);

    public void SetDead(string node) => _dead[node] = true;

    public void Set(NodeRoutes routes) => _nodes[routes.Node] = routes;

    public void Remove(string node) => _nodes.TryRemove(node, out _);
}
