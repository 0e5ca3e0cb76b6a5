using Skerry.Primitives;

namespace Skerry.Libp2p.Core.Kademlia;

/// <content>The care of the routing table, and of what this node provides.</content>
internal sealed partial class KademliaCore
{
    /// <summary>
    /// Parts of the table behind a longer common prefix are this node's own neighbourhood, which the search for itself looks after; a key that shares more
    /// would take 2^10 tries and more to draw.
    /// </summary>
    private const int LongestDrawnPrefix = 10;

    /// <summary>Keys said again at once.</summary>
    private const int MaxProvidedAtOnce = 4;

    /// <summary>After the first node is known the table is looked after soon again, then less and less often: others are on their way too.</summary>
    private static readonly TimeSpan FirstRefresh = TimeSpan.FromSeconds(2);

    /// <summary>When a key was told to fewer nodes than are wanted because there are no more: soon others may have come.</summary>
    private static readonly TimeSpan ToldFew = TimeSpan.FromMinutes(1);

    /// <summary>One who comes then is told this much later, and others with it who come meanwhile.</summary>
    private static readonly TimeSpan NewcomerWait = TimeSpan.FromSeconds(2);

    private readonly Dictionary<DhtKey, Provision> _provided = [];
    private readonly Queue<int> _refreshes = [];
    private bool _isRefreshing;
    private Instant _nextRefresh = Instant.Never;
    private Instant _nextProvide = Instant.Never;
    private TimeSpan _refreshWait = FirstRefresh;

    /// <summary>Says no more that this node provides a key. What it has said runs out.</summary>
    public void StopProviding(DhtKey key) => _provided.Remove(key);

    private void BeginRefresh(Instant now)
    {
        _nextRefresh = Instant.Never;
        if (_table.Count == 0) return;
        _isRefreshing = true;
        // Every part at the start and from then on now and then; in between the own neighbourhood, where newcomers show first.
        if (_refreshWait == FirstRefresh || _refreshWait >= _options.RefreshInterval)
        {
            foreach (var prefix in _table.Prefixes.Where(prefix => prefix <= LongestDrawnPrefix)) _refreshes.Enqueue(prefix);
        }

        Run(Query(--_lastOwnQuery, KadQueryKind.Refresh, _self.Bytes.ToArray(), 0, now), now);
    }

    private void ContinueRefresh(Instant now)
    {
        if (_refreshes.TryDequeue(out var prefix))
        {
            Run(Query(--_lastOwnQuery, KadQueryKind.Refresh, Draw(prefix), 0, now), now);
            return;
        }

        _isRefreshing = false;
        _nextRefresh = now + _refreshWait;
        _refreshWait = 2 * _refreshWait < _options.RefreshInterval ? 2 * _refreshWait : _options.RefreshInterval;
    }

    /// <summary>A key, in the form of a peer id, that shares a prefix of this length with this node.</summary>
    private byte[] Draw(int prefix)
    {
        byte[] key = [0x12, 32, .. new byte[32]];
        var self = KadKey.Of(_self.Bytes);
        // Bounded: after eight times as many tries as are needed on average any key will do.
        for (var tries = 16 << prefix; tries > 0; tries--)
        {
            _random.Fill(key.AsSpan(2));
            if (KadKey.Of(key).CommonPrefix(self) == prefix) break;
        }

        return key;
    }

    private void ProvideAgain(Instant now)
    {
        var room = MaxProvidedAtOnce - _queries.Values.Count(query => query is { IsOwn: true, Kind: KadQueryKind.Provide });
        foreach (var (key, provision) in _provided.Where(entry => entry.Value.NextAt <= now).Take(Math.Max(0, room)).ToArray())
        {
            provision.NextAt = Instant.Never;
            Run(Query(--_lastOwnQuery, KadQueryKind.Provide, key.Bytes.ToArray(), 0, now), now);
        }

        // With no room left the end of one that runs comes back to this.
        _nextProvide = _queries.Values.Count(query => query is { IsOwn: true, Kind: KadQueryKind.Provide }) < MaxProvidedAtOnce ? NextProvision() : Instant.Never;
    }

    private void Provided(KadQuery query, Instant now)
    {
        if (DhtKey.TryRead(query.Key, out var key) && _provided.TryGetValue(key, out var provision))
        {
            var isEnough = query.Told > 0 && query.Lookup.AnsweredCount >= _options.Replication;
            provision.IsKnownWell = isEnough;
            provision.NextAt = now + (isEnough || ToldFew > _options.RepublishInterval ? _options.RepublishInterval : ToldFew);
        }

        _nextProvide = NextProvision();
    }

    private void HastenProviding(Instant at)
    {
        foreach (var provision in _provided.Values.Where(provision => !provision.IsKnownWell && provision.NextAt != Instant.Never && provision.NextAt > at)) provision.NextAt = at;
        if (_nextProvide > at) _nextProvide = NextProvision();
    }

    private Instant NextProvision() => _provided.Count == 0 ? Instant.Never : _provided.Values.Min(provision => provision.NextAt);
}
