using Skerry.Primitives;

namespace Skerry.Libp2p.Core.Kademlia;

/// <summary>
/// The nodes this one knows: for each length of the prefix they share with it, a bucket of at most k, so that it knows many of its neighbours and a few of
/// those far away. Nodes that answer stay; a newcomer takes the place of one that does not (Kademlia, section 2.2). Invariant: a node stands in the bucket
/// of the prefix it shares, and in no other.
/// </summary>
/// <param name="self">Where this node stands.</param>
/// <param name="size">The most in a bucket.</param>
/// <param name="longestRetry">The longest time between two tries of a node that fails.</param>
internal sealed class RoutingTable(KadKey self, int size, TimeSpan longestRetry)
{
    /// <summary>A node not met for so long is asked whether it is there when another wants its place.</summary>
    private static readonly TimeSpan Doubtful = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan ShortestRetry = TimeSpan.FromSeconds(10);

    /// <summary>A node that has failed for so long is forgotten.</summary>
    private static readonly TimeSpan Forget = TimeSpan.FromDays(1);

    private readonly List<RoutingEntry>?[] _buckets = new List<RoutingEntry>?[KadKey.Length];
    private readonly Dictionary<PeerId, RoutingEntry> _byPeer = [];

    /// <summary>All nodes, those that fail among them.</summary>
    public int Count => _byPeer.Count;

    /// <summary>Nodes that do not fail.</summary>
    public int Working { get; private set; }

    /// <summary>The lengths of prefix that some node shares, the shortest first.</summary>
    public IEnumerable<int> Prefixes => Enumerable.Range(0, KadKey.Length).Where(prefix => _buckets[prefix] is { Count: > 0 });

    /// <summary>When the next node is to be asked whether it is there.</summary>
    public Instant NextCheck { get; private set; } = Instant.Never;

    public RoutingEntry? Find(PeerId peer) => _byPeer.GetValueOrDefault(peer);

    /// <summary>A node has answered, or was met.</summary>
    /// <returns>Whether it stands in the table now.</returns>
    public bool Seen(PeerId peer, IReadOnlyList<Multiaddr> addresses, Instant now)
    {
        var entry = Find(peer);
        if (entry is null && (entry = TakePlace(peer, now)) is null) return false;
        if (entry.IsFailing) Working++;
        (entry.LastSeen, entry.Failures, entry.CheckAt) = (now, 0, Instant.Never);
        if (addresses.Count > 0) entry.Addresses = addresses;
        return true;
    }

    /// <summary>A node has not answered.</summary>
    public void Failed(PeerId peer, Instant now)
    {
        if (Find(peer) is not { } entry) return;
        if (!entry.IsFailing) Working--;
        entry.Failures++;
        if (now - entry.LastSeen > Forget)
        {
            Remove(peer);
            return;
        }

        var wait = ShortestRetry * (1 << Math.Min(entry.Failures - 1, 16));
        entry.CheckAt = now + (wait < longestRetry ? wait : longestRetry);
        NextCheck = Instant.Min(NextCheck, entry.CheckAt);
    }

    /// <summary>A node is in the DHT no more.</summary>
    public void Remove(PeerId peer)
    {
        if (!_byPeer.Remove(peer, out var entry)) return;
        if (!entry.IsFailing) Working--;
        _buckets[self.CommonPrefix(entry.Place)]!.Remove(entry);
    }

    /// <summary>The nodes to ask now whether they are there; they are not named again before they have answered or failed.</summary>
    public IReadOnlyList<RoutingEntry> TakeDoubtful(Instant now)
    {
        var due = new List<RoutingEntry>();
        NextCheck = Instant.Never;
        foreach (var entry in _buckets.OfType<List<RoutingEntry>>().SelectMany(bucket => bucket))
        {
            if (entry.CheckAt <= now)
            {
                entry.CheckAt = Instant.Never;
                due.Add(entry);
            }

            NextCheck = Instant.Min(NextCheck, entry.CheckAt);
        }

        return due;
    }

    /// <summary>The nodes closest to a place, the closest first; those that fail only where asked for.</summary>
    public IReadOnlyList<RoutingEntry> Closest(KadKey target, int count, bool withFailing = false)
    {
        // Whoever shares more than `prefix` bits with the target stands in its bucket; who shares just as many, in those behind; the buckets before share less, one by one.
        var prefix = self.CommonPrefix(target);
        var found = new List<RoutingEntry>();
        if (prefix < KadKey.Length) Take(prefix, prefix);
        if (found.Count < count) Take(prefix + 1, KadKey.Length - 1);
        for (var before = prefix - 1; before >= 0 && found.Count < count; before--) Take(before, before);
        return found.Count > count ? found[..count] : found;

        void Take(int first, int last)
        {
            var from = found.Count;
            for (var bucket = first; bucket <= last; bucket++)
            {
                if (_buckets[bucket] is { } entries) found.AddRange(entries.Where(entry => withFailing || !entry.IsFailing));
            }

            found.Sort(from, found.Count - from, Comparer<RoutingEntry>.Create((left, right) => left.Place.DistanceTo(target).CompareTo(right.Place.DistanceTo(target))));
        }
    }

    private RoutingEntry? TakePlace(PeerId peer, Instant now)
    {
        var place = KadKey.Of(peer.Bytes);
        var prefix = self.CommonPrefix(place);
        if (prefix == KadKey.Length) return null;
        var bucket = _buckets[prefix] ??= [];
        if (bucket.Count >= size)
        {
            var worst = bucket.MaxBy(entry => (entry.Failures, now - entry.LastSeen))!;
            if (!worst.IsFailing)
            {
                if (now - worst.LastSeen > Doubtful) NextCheck = worst.CheckAt = now;
                return null;
            }

            Remove(worst.Peer);
        }

        var entry = new RoutingEntry(peer, place);
        bucket.Add(entry);
        _byPeer.Add(peer, entry);
        Working++;
        return entry;
    }
}
