using System.Collections.Concurrent;

using Skerry.Tunnel;

namespace Skerry.Lab.Tunnels;

/// <summary>What a node has been told of others. In an agent gossip tells it; here the test does, past all cuts.</summary>
internal sealed class ToldDirectory : ITunnelDirectory
{
    private readonly ConcurrentDictionary<string, NodeRoutes> _nodes = new(StringComparer.Ordinal);

    public IReadOnlyList<NodeRoutes> Relays => [.. _nodes.Values.Where(node => node.IsRelay).OrderBy(node => node.Node, StringComparer.Ordinal)];

    public NodeRoutes? Find(string node) => _nodes.GetValueOrDefault(node);

    public bool IsDead(string node) => false;

    public void Tell(NodeRoutes routes) => _nodes[routes.Node] = routes;
}
