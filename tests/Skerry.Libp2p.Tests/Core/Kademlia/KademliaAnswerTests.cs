using Skerry.Libp2p.Core.Kademlia;
using Skerry.Primitives;

namespace Skerry.Libp2p.Tests.Core.Kademlia;

/// <summary>What a node of the DHT answers, and what it refuses.</summary>
public sealed class KademliaAnswerTests
{
    private static readonly PeerId[] Peers = [.. Enumerable.Range(0, 60).Select(_ => IdentityKey.Generate().PeerId)];
    private static readonly PeerId Alice = Peers[0];
    private static readonly byte[] Key = DhtKey.OfRendezvous("here").Bytes.ToArray();

    private readonly KademliaCore _node = Node(new DhtOptions { Mode = DhtMode.Server, MaxKeys = 3, MaxProvidersPerKey = 2, MaxKeysPerProvider = 2, MaxRequestsPerSecond = 10 });

    [Fact]
    public void A_client_answers_nothing()
    {
        _node.Mode = DhtMode.Client;
        Assert.Equal(KadOutputKind.Refuse, Ask(Alice, new KadMessage(KadMessageType.FindNode, Key)).Kind);
    }

    [Fact]
    public void Values_are_refused_and_who_looks_for_one_is_sent_on()
    {
        _node.Met(new PeerAddresses(Peers[1], [Address(1)]), isServer: true, default);
        Assert.Equal(KadOutputKind.Refuse, Ask(Alice, new KadMessage(KadMessageType.PutValue, Key)).Kind);
        Assert.Equal([Peers[1]], Ask(Alice, new KadMessage(KadMessageType.GetValue, Key)).Message!.Closer.Select(peer => peer.Peer));
        Assert.Equal(KadMessageType.Ping, Ask(Alice, new KadMessage(KadMessageType.Ping, [])).Message!.Type);
    }

    [Fact]
    public void Nobody_is_told_of_itself_or_of_more_than_it_takes()
    {
        foreach (var peer in Peers) _node.Met(new PeerAddresses(peer, [Address(1)]), isServer: true, default);
        var closer = Ask(Alice, new KadMessage(KadMessageType.FindNode, Key)).Message!.Closer;
        Assert.Equal(20, closer.Count);
        Assert.DoesNotContain(Alice, closer.Select(peer => peer.Peer));
    }

    [Fact]
    public void A_client_is_found_by_name_while_it_is_connected_and_no_longer()
    {
        _node.Met(new PeerAddresses(Peers[1], [Address(1)]), isServer: false, default);
        var question = new KadMessage(KadMessageType.FindNode, Peers[1].Bytes.ToArray());
        Assert.Equal([Peers[1]], Ask(Alice, question).Message!.Closer.Select(peer => peer.Peer));
        _node.Parted(Peers[1]);
        Assert.Empty(Ask(Alice, question).Message!.Closer);
    }

    [Fact]
    public void Who_becomes_a_client_leaves_the_routing_table()
    {
        _node.Met(new PeerAddresses(Peers[1], [Address(1)]), isServer: true, default);
        Assert.Equal(1, _node.Nodes);
        _node.Met(new PeerAddresses(Peers[1], [Address(1)]), isServer: false, default);
        Assert.Equal(0, _node.Nodes);
    }

    [Fact]
    public void A_record_about_another_is_refused()
    {
        var lie = new KadMessage(KadMessageType.AddProvider, Key, [], [new PeerAddresses(Peers[1], [Address(1)])]);
        Assert.Equal(KadOutputKind.Refuse, Ask(Alice, lie).Kind);
        Assert.Equal(0, _node.Records);
    }

    [Fact]
    public void What_is_no_key_is_refused()
    {
        byte[][] none = [[], [0x12, 32, 1, 2], new byte[DhtKey.MaxLength + 1], [0x12, 0]];
        foreach (var key in none) Assert.Equal(KadOutputKind.Refuse, Ask(Alice, new KadMessage(KadMessageType.GetProviders, key)).Kind);
    }

    [Fact]
    public void Records_are_bounded_by_key_by_provider_and_in_all()
    {
        Assert.Equal([true, true, false], Enumerable.Range(1, 3).Select(peer => Provide(Peers[peer], "a")));
        Assert.True(Provide(Peers[1], "a"));
        Assert.Equal([true, false], [Provide(Peers[1], "b"), Provide(Peers[1], "c")]);
        Assert.Equal([true, false], [Provide(Peers[4], "c"), Provide(Peers[4], "d")]);
    }

    [Fact]
    public void A_record_tells_where_its_provider_is_for_a_while_and_then_only_who()
    {
        Assert.True(Provide(Alice, "a"));
        var question = new KadMessage(KadMessageType.GetProviders, DhtKey.OfRendezvous("a").Bytes.ToArray());
        Assert.Equal([Address(1)], Assert.Single(Ask(Peers[1], question, At(1799)).Message!.Providers).Addresses);
        Assert.Empty(Assert.Single(Ask(Peers[1], question, At(1800)).Message!.Providers).Addresses);
        _node.Advance(At(48 * 3600));
        Assert.Empty(Ask(Peers[1], question, At(48 * 3600)).Message!.Providers);
    }

    [Fact]
    public void Who_asks_too_much_is_refused_and_others_are_not()
    {
        var ping = new KadMessage(KadMessageType.Ping, []);
        Assert.Equal(20, Enumerable.Range(0, 100).Count(_ => Ask(Alice, ping).Kind == KadOutputKind.Answer));
        Assert.Equal(KadOutputKind.Answer, Ask(Peers[1], ping).Kind);
        Assert.Equal(10, Enumerable.Range(0, 100).Count(_ => Ask(Alice, ping, At(1)).Kind == KadOutputKind.Answer));
    }

    [Fact]
    public void Queries_and_what_is_provided_are_bounded_and_a_place_comes_free_again()
    {
        var node = Node(new DhtOptions { MaxQueries = 2, MaxProvided = 1 });
        node.Met(new PeerAddresses(Alice, [Address(1)]), isServer: true, default);
        Assert.True(node.TryFindPeer(Peers[1], default, out var first));
        Assert.True(node.TryFindPeer(Peers[2], default, out _));
        Assert.False(node.TryFindPeer(Peers[3], default, out _));
        node.Cancel(first, default);
        Assert.True(node.TryProvide(DhtKey.OfRendezvous("a"), default, out _));
        Assert.False(node.TryProvide(DhtKey.OfRendezvous("b"), default, out _));
    }

    [Fact]
    public void A_query_that_nobody_answers_ends_at_its_deadline_with_what_it_has()
    {
        var node = Node(new DhtOptions { QueryTimeout = TimeSpan.FromSeconds(5) });
        node.Met(new PeerAddresses(Alice, [Address(1)]), isServer: true, default);
        Assert.True(node.TryFindPeer(Peers[1], default, out var number));
        node.Advance(At(4));
        Assert.DoesNotContain(Outputs(node), output => output.Kind == KadOutputKind.Done);
        node.Advance(At(5));
        Assert.Contains(Outputs(node), output => output.Kind == KadOutputKind.Done && output.Number == number && output.Count == 0);
    }

    private static KademliaCore Node(DhtOptions options) => new(IdentityKey.FromSeed(new byte[32]).PeerId, options, new Prng(1));

    private static Multiaddr Address(int port) => Multiaddr.Parse($"/ip4/10.0.0.1/tcp/{port}");

    private static Instant At(int seconds) => Instant.Origin + TimeSpan.FromSeconds(seconds);

    private static List<KadOutput> Outputs(KademliaCore node)
    {
        var outputs = new List<KadOutput>();
        while (node.TryTake(out var output)) outputs.Add(output);
        return outputs;
    }

    private bool Provide(PeerId provider, string key)
    {
        var record = new KadMessage(KadMessageType.AddProvider, DhtKey.OfRendezvous(key).Bytes.ToArray(), [], [new PeerAddresses(provider, [Address(1)])]);
        return Ask(provider, record).Kind == KadOutputKind.Taken;
    }

    private KadOutput Ask(PeerId from, KadMessage message, Instant now = default)
    {
        _node.Receive(message, from, 77, now);
        return Assert.Single(Outputs(_node), output => output.Number == 77 && output.Kind is KadOutputKind.Answer or KadOutputKind.Taken or KadOutputKind.Refuse);
    }
}
