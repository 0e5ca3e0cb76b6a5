using System.Diagnostics.Metrics;

using Skerry.Libp2p.Core.Kademlia;

namespace Skerry.Libp2p.Driver;

/// <summary>Counts of one host.</summary>
internal sealed class Libp2pMetrics
{
    private readonly Counter<long> _connections;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _streams;
    private readonly Counter<long> _dhtRequests;
    private readonly Counter<long> _found;
    private readonly Meter _meter;
    private readonly Counter<long> _punches;
    private readonly Counter<long> _dialBacks;

    public Libp2pMetrics(IMeterFactory meters, ConnectionTable table, HandshakeQueue handshakes, ResourceLedger ledger)
    {
        var meter = _meter = meters.Create("Skerry.Libp2p");
        _connections = meter.CreateCounter<long>("skerry.libp2p.connections.made", "{connection}", "Connections that shook hands");
        _refused = meter.CreateCounter<long>("skerry.libp2p.connections.refused", "{connection}", "Connections that came to nothing");
        _streams = meter.CreateCounter<long>("skerry.libp2p.streams.opened", "{stream}", "Streams that agreed on a protocol");
        _found = meter.CreateCounter<long>("skerry.libp2p.peers.found", "{peer}", "Peers that discovery has told of, each as often as it did");
        _dhtRequests = meter.CreateCounter<long>("skerry.libp2p.dht.requests", "{request}", "Requests of peers in the DHT");
        _punches = meter.CreateCounter<long>("skerry.libp2p.punches", "{punch}", "Tries to make a direct connection of a relayed one, by role and outcome");
        _dialBacks = meter.CreateCounter<long>("skerry.libp2p.dialbacks", "{call}", "Calls that peers asked for to know whether they are reached, by outcome");
        meter.CreateObservableGauge("skerry.libp2p.connections", () => table.Taken, "{connection}", "Connections open or shaking hands");
        meter.CreateObservableGauge("skerry.libp2p.handshakes", () => handshakes.Count, "{connection}", "Connections from outside that are shaking hands");
        meter.CreateObservableGauge("skerry.libp2p.peers", () => ledger.Peers, "{peer}", "Peers with a connection that has proved who they are");
        meter.CreateObservableGauge("skerry.libp2p.streams", () => ledger.Streams, "{stream}", "Streams open");
        meter.CreateObservableGauge("skerry.libp2p.buffers", () => ledger.Buffers, "{buffer}", "Buffers with bytes under way");
        meter.CreateObservableGauge("skerry.libp2p.memory", () => ledger.Memory, "By", "Length of those buffers together");
    }

    public void Connected(bool isDialler) => _connections.Add(1, Direction(isDialler));

    public void Refused(bool isDialler) => _refused.Add(1, Direction(isDialler));

    public void Opened(bool isDialler) => _streams.Add(1, Direction(isDialler));

    /// <summary>There is a DHT.</summary>
    public void ObserveDht(Func<int> nodes, Func<int> records)
    {
        _meter.CreateObservableGauge("skerry.libp2p.dht.nodes", nodes, "{node}", "Nodes of the DHT known that answer");
        _meter.CreateObservableGauge("skerry.libp2p.dht.records", records, "{record}", "Records of providers held for others");
    }

    /// <summary>This node has others find out whether they reach it.</summary>
    public void ObserveReachability(Func<Reachability> current) => _meter.CreateObservableGauge(
        "skerry.libp2p.reachability",
        () => current() switch { Reachability.Public => 1, Reachability.Private => -1, _ => 0 },
        "{state}",
        "Whether others reach this node: 1 they do, -1 they do not, 0 unknown");

    /// <summary>A peer has asked to be called.</summary>
    /// <param name="isReached">Whether it was reached; null: it was not called.</param>
    public void DialledBack(bool? isReached) =>
        _dialBacks.Add(1, new KeyValuePair<string, object?>("outcome", isReached switch { true => "reached", false => "unreached", null => "refused" }));

    public void Found(DiscoverySource source) => _found.Add(1, new KeyValuePair<string, object?>("source", source == DiscoverySource.Mdns ? "mdns" : "dht"));

    public void DhtAsked(KadMessageType type, bool isAnswered) =>
        _dhtRequests.Add(1, new KeyValuePair<string, object?>("type", type.ToString()), new KeyValuePair<string, object?>("outcome", isAnswered ? "answered" : "refused"));

    public void Punched(HolePunch punch) =>
        _punches.Add(1, new KeyValuePair<string, object?>("role", punch.IsInitiator ? "led" : "followed"), new KeyValuePair<string, object?>("outcome", NameOf(punch.Outcome)));

    private static string NameOf(HolePunchOutcome outcome) => outcome switch
    {
        HolePunchOutcome.Called => "called",
        HolePunchOutcome.Punched => "punched",
        HolePunchOutcome.Unreached => "unreached",
        HolePunchOutcome.NotSpoken => "not_spoken",
        HolePunchOutcome.NoAddresses => "no_addresses",
        _ => "interrupted",
    };

    private static KeyValuePair<string, object?> Direction(bool isDialler) => new("direction", isDialler ? "out" : "in");
}
