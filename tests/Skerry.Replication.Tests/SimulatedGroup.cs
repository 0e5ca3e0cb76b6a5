using System.Globalization;
using System.Text;

using Skerry.Primitives;
using Skerry.Simulation;
using Skerry.Simulation.Hosts;

namespace Skerry.Replication.Tests;

/// <summary>
/// Nodes that replicate in a simulated world, with what each owner says at the moment: what all views must come to. Membership is perfect: who is up
/// and not cut off is a peer.
/// </summary>
internal sealed class SimulatedGroup
{
    private readonly string[] _names;
    private readonly SortedDictionary<string, SortedDictionary<(string Kind, string Id), string>> _truth = new(StringComparer.Ordinal);
    private readonly bool[] _inside;
    private Partition? _partition;

    public SimulatedGroup(int nodes, ulong seed)
    {
        World = new World(seed);
        _names = [.. Enumerable.Range(0, nodes).Select(i => i.ToString("'node-'0000", CultureInfo.InvariantCulture))];
        _inside = new bool[nodes];
        foreach (var name in _names) World.Add(name, (port, random) => new ReplicationHost(port, random, _names));
    }

    public World World { get; }

    /// <summary>Wall clock, milliseconds: true time, and by how much each owner's is off.</summary>
    public Func<int, long> ClockError { get; set; } = _ => 0;

    public int Count => _names.Length;

    public IEnumerable<SimulatedNode> Up => World.Nodes.Where(node => node.State == NodeState.Up);

    public long SentBytes => Up.Sum(node => Host(node).SentBytes);

    public string NameOf(int index) => _names[index];

    public static ReplicationHost Host(SimulatedNode node) => (ReplicationHost)node.Host!;

    public ReplicationHost HostOf(int index) => Host(World.Nodes[index]);

    /// <summary>Starts everybody at once.</summary>
    public void StartAll()
    {
        foreach (var node in World.Nodes) World.Start(node);
        TellPeers();
    }

    /// <summary>Starts one node, with nothing but what it says.</summary>
    public void Start(int index)
    {
        World.Start(World.Nodes[index]);
        if (_truth.TryGetValue(_names[index], out var said)) Publish(index, said.Select(entry => Change(entry.Key.Kind, entry.Key.Id, entry.Value)));
        TellPeers();
    }

    public void Crash(int index)
    {
        World.Crash(World.Nodes[index]);
        TellPeers();
    }

    /// <summary>Says something, or with null withdraws it.</summary>
    public ulong Say(int index, string id, string? text)
    {
        Note(index, id, text);
        return Publish(index, [Change("thing", id, text)]);
    }

    /// <summary>Changes what an owner will say when it starts, as its operator does while it is down.</summary>
    public void Note(int index, string id, string? text)
    {
        if (!_truth.TryGetValue(_names[index], out var said)) _truth[_names[index]] = said = [];
        if (text is null) said.Remove(("thing", id));
        else said[("thing", id)] = text;
    }

    /// <summary>Cuts the group in two; membership notices at once.</summary>
    public void Split(params ReadOnlySpan<int> members)
    {
        Array.Clear(_inside);
        foreach (var member in members) _inside[member] = true;
        World.Network.Add(_partition = Partition.Around(Count, members));
        TellPeers();
    }

    public void Heal()
    {
        if (_partition is null) return;
        World.Network.Mend(_partition);
        _partition = null;
        TellPeers();
    }

    public void TellPeers()
    {
        foreach (var node in Up.ToArray())
        {
            var peers = Up.Where(other => _partition is null || _inside[other.Index] == _inside[node.Index]).Select(other => other.Name).ToArray();
            World.Command<ReplicationHost>(node, "peers", (host, now) => host.SetPeers(peers, now));
        }
    }

    /// <summary>Whether every node that is up knows what every owner says, and nothing else.</summary>
    public bool IsConverged() => Up.All(node => ViewOf(node).SequenceEqual(Truth()));

    /// <summary>Whether all nodes remember the same withdrawals too.</summary>
    public bool HasOneDigest() => Up.Select(node => Host(node).Core.Store.Digest).Distinct().Count() == 1;

    /// <summary>Who knows a record, for the message of a failing test.</summary>
    public string Describe() => string.Join(' ', Up.Where(node => !ViewOf(node).SequenceEqual(Truth())).Select(node => node.Name));

    public static IEnumerable<string> ViewOf(SimulatedNode node) =>
        Host(node).Core.Store.All.Where(stored => !stored.IsBuried)
            .Select(stored => $"{stored.Record.Owner}/{stored.Record.Kind}/{stored.Record.Id}={Encoding.UTF8.GetString(stored.Record.Payload!.Value.Span)}");

    private static RecordChange Change(string kind, string id, string? text)
    {
        // Not in one expression: null would become an empty payload by way of an array.
        ReadOnlyMemory<byte>? payload = null;
        if (text is not null) payload = Encoding.UTF8.GetBytes(text);
        return new RecordChange(kind, id, payload);
    }

    private string[] Truth() => [.. _truth.SelectMany(owner => owner.Value.OrderBy(entry => entry.Key.Id, StringComparer.Ordinal).Select(entry => $"{owner.Key}/{entry.Key.Kind}/{entry.Key.Id}={entry.Value}"))];

    private ulong Publish(int index, IEnumerable<RecordChange> changes)
    {
        var ticket = 0UL;
        var wall = 1_795_000_000_000 + (World.Now.Ticks / TimeSpan.TicksPerMillisecond) + ClockError(index);
        Invariant.That(World.Command<ReplicationHost>(World.Nodes[index], "publish", (host, now) => ticket = host.Publish([.. changes], (ulong)wall, now)));
        return ticket;
    }
}
