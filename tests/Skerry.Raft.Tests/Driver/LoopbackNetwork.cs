using System.Collections.Concurrent;

namespace Skerry.Raft.Tests.Driver;

/// <summary>Nodes of one test by name, on real sockets of this machine.</summary>
public sealed class LoopbackNetwork
{
    private readonly ConcurrentDictionary<string, LoopbackTransport> _nodes = new(StringComparer.Ordinal);

    /// <summary>Whether two nodes reach each other.</summary>
    public Func<string, string, bool> Reaches { get; set; } = (_, _) => true;

    public LoopbackTransport Join(string node) => _nodes[node] = new LoopbackTransport(this, node);

    public int PortOf(string node) => _nodes.TryGetValue(node, out var found) && !found.IsClosed ? found.Port : throw new IOException($"{node} is not there.");
}
