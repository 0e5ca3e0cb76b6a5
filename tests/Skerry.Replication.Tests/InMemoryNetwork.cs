using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Skerry.Replication.Tests;

/// <summary>Nodes that reach each other without sockets, in real time; links can be cut, and datagrams lost.</summary>
public sealed class InMemoryNetwork
{
    private readonly ConcurrentDictionary<string, InMemoryTransport> _nodes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string, string), bool> _cuts = new();
    private int _datagrams;

    /// <summary>Every so manieth datagram is lost; 0: none.</summary>
    public int LoseEach { get; set; }

    /// <summary>The names of all nodes, reachable or not.</summary>
    public IEnumerable<string> Names => _nodes.Keys;

    /// <summary>A node's door; a name taken again takes the place of the one before, as a restart does.</summary>
    public InMemoryTransport Join(string name) => _nodes[name] = new InMemoryTransport(this, name);

    /// <summary>Takes a node away.</summary>
    public void Leave(string name) => _nodes.TryRemove(name, out _);

    /// <summary>Cuts or mends the link between two nodes.</summary>
    public void SetCut(string left, string right, bool isCut)
    {
        _cuts[(left, right)] = isCut;
        _cuts[(right, left)] = isCut;
    }

    internal ImmutableArray<string> PeersOf(string name) =>
        [.. _nodes.Keys.Where(other => other != name && IsLinked(name, other)).Order(StringComparer.Ordinal)];

    internal bool TryDeliver(string from, string to, ReadOnlyMemory<byte> message, bool mayBeLost)
    {
        if (!_nodes.TryGetValue(to, out var node) || !IsLinked(from, to)) return false;
        if (mayBeLost && LoseEach > 0 && Interlocked.Increment(ref _datagrams) % LoseEach == 0) return true;
        return node.Deliver(message);
    }

    private bool IsLinked(string left, string right) => !_cuts.GetValueOrDefault((left, right));
}
