using Skerry.Libp2p.Core.Kademlia;
using Skerry.Primitives;

namespace Skerry.Libp2p.Tests.Core.Kademlia;

/// <summary>Who stays in the routing table, and who is named.</summary>
public sealed class RoutingTableTests
{
    private const int Size = 4;

    private static readonly PeerId[] Peers = [.. Enumerable.Range(1, 200).Select(PeerOf)];
    private static readonly KadKey Self = KadKey.Of(PeerOf(0).Bytes);

    private readonly RoutingTable _table = new(Self, Size, TimeSpan.FromMinutes(10));

    [Fact]
    public void The_closest_are_those_that_a_search_of_all_finds()
    {
        foreach (var peer in Peers) _table.Seen(peer, [], default);
        var held = Peers.Where(peer => _table.Find(peer) is not null).ToArray();
        foreach (var target in Peers.Select(peer => KadKey.Of(peer.Bytes)).Append(Self))
        {
            var expected = held.OrderBy(peer => KadKey.Of(peer.Bytes).DistanceTo(target)).Take(7);
            Assert.Equal(expected, _table.Closest(target, 7).Select(entry => entry.Peer));
        }
    }

    [Fact]
    public void No_bucket_holds_more_than_it_may_and_this_node_stands_in_none()
    {
        foreach (var peer in Peers.Append(PeerOf(0))) _table.Seen(peer, [], default);
        Assert.All(Peers.Where(peer => _table.Find(peer) is not null).GroupBy(peer => KadKey.Of(peer.Bytes).CommonPrefix(Self)), bucket => Assert.InRange(bucket.Count(), 1, Size));
        Assert.Null(_table.Find(PeerOf(0)));
        Assert.Equal(_table.Count, _table.Working);
    }

    [Fact]
    public void A_newcomer_takes_the_place_of_one_that_fails_and_of_no_other()
    {
        var far = Peers.Where(peer => KadKey.Of(peer.Bytes).CommonPrefix(Self) == 0).ToArray();
        foreach (var peer in far[..Size]) Assert.True(_table.Seen(peer, [], At(0)));
        Assert.False(_table.Seen(far[Size], [], At(1)));
        _table.Failed(far[2], At(2));
        Assert.True(_table.Seen(far[Size], [], At(3)));
        Assert.Null(_table.Find(far[2]));
    }

    [Fact]
    public void Who_has_not_been_met_for_long_is_asked_when_another_wants_its_place()
    {
        var far = Peers.Where(peer => KadKey.Of(peer.Bytes).CommonPrefix(Self) == 0).ToArray();
        foreach (var peer in far[..Size]) _table.Seen(peer, [], At(0));
        foreach (var peer in far[1..Size]) _table.Seen(peer, [], At(50));
        Assert.False(_table.Seen(far[Size], [], At(61)));
        Assert.Equal(At(61), _table.NextCheck);
        Assert.Equal([far[0]], _table.TakeDoubtful(At(61)).Select(entry => entry.Peer));
        Assert.Equal(Instant.Never, _table.NextCheck);
    }

    [Fact]
    public void Who_fails_is_named_no_more_but_tried_again_ever_later_and_forgotten_after_a_day()
    {
        _table.Seen(Peers[0], [], At(0));
        var now = At(0);
        var waits = new List<double>();
        while (_table.Count > 0)
        {
            _table.Failed(Peers[0], now);
            Assert.Empty(_table.Closest(Self, 1));
            if (_table.Count == 0) break;
            waits.Add((_table.NextCheck - now).TotalSeconds);
            now = _table.NextCheck;
            Assert.Single(_table.TakeDoubtful(now));
        }

        Assert.Equal([10, 20, 40, 80, 160, 320, 600, 600], waits.Take(8));
        Assert.InRange(now - At(0), TimeSpan.FromDays(1), TimeSpan.FromDays(1.1));
    }

    [Fact]
    public void Who_answers_again_is_named_again()
    {
        _table.Seen(Peers[0], [], At(0));
        _table.Failed(Peers[0], At(1));
        Assert.Equal((1, 0), (_table.Count, _table.Working));
        _table.Seen(Peers[0], [], At(2));
        Assert.Equal([Peers[0]], _table.Closest(Self, 1).Select(entry => entry.Peer));
        Assert.Equal((1, 1), (_table.Count, _table.Working));
    }

    private static PeerId PeerOf(int number)
    {
        var seed = new byte[32];
        seed[0] = (byte)number;
        return IdentityKey.FromSeed(seed).PeerId;
    }

    private static Instant At(int seconds) => Instant.Origin + TimeSpan.FromSeconds(seconds);
}
