using System.Runtime.InteropServices;

namespace Skerry.Gossip.Core;

/// <summary>
/// Rumours waiting to be sent, each a limited number of times (memberlist's rule): those sent least go first; among these the longest that still
/// fits; among equals the newest. A rumour about a name takes the place of the one before it.
/// <code>
/// sent 0 times:  [ 31 B, 31 B, 64 B, 70 B ]    room for 150 B: 70, 64 ...
/// sent 1 time:   [ 12 B, 31 B ]                                        ... then 12
/// </code>
/// </summary>
/// <param name="maxLength">A longer rumour fits into no packet: it is not queued. Bytes.</param>
internal sealed class BroadcastQueue(int maxLength)
{
    private readonly List<RumourTier> _tiers = [];
    private readonly Dictionary<string, Rumour> _named = new(StringComparer.Ordinal);
    private readonly List<Rumour> _taken = [];
    private long _sequence;

    /// <summary>How many wait.</summary>
    public int Count { get; private set; }

    /// <summary>Queues a rumour.</summary>
    /// <param name="bytes">As it goes into a packet.</param>
    /// <param name="name">The rumour of this name is replaced; null: it stands for itself.</param>
    /// <returns>The rumour, to ask whether it is still waiting; one that is too long does not.</returns>
    public Rumour Add(ReadOnlyMemory<byte> bytes, string? name = null)
    {
        var rumour = new Rumour(bytes, name, ++_sequence);
        // What was said before is no longer true, whether or not the news can be told.
        if (name is not null && _named.TryGetValue(name, out var replaced)) Remove(replaced);
        if (rumour.Length > maxLength) return rumour;
        if (name is not null) _named[name] = rumour;
        Tier(0).Add(rumour);
        rumour.IsQueued = true;
        Count++;
        return rumour;
    }

    /// <summary>Takes what fits into a packet and counts it as sent once more.</summary>
    /// <param name="limit">Bytes there is room for.</param>
    /// <param name="overhead">Bytes each part costs besides itself.</param>
    /// <param name="maxParts">How many parts there is room for.</param>
    /// <param name="transmitLimit">A rumour sent so often is dropped.</param>
    /// <param name="parts">Receives the parts.</param>
    /// <returns>Bytes used, overhead included.</returns>
    public int Take(int limit, int overhead, int maxParts, int transmitLimit, List<ReadOnlyMemory<byte>> parts)
    {
        if (Count == 0) return 0;
        var used = 0;
        for (var i = 0; i < _tiers.Count && parts.Count + _taken.Count < maxParts; i++)
        {
            if (_tiers[i].Count > 0) used += _tiers[i].Take(limit - used, overhead, maxParts - parts.Count - _taken.Count, _taken);
        }

        foreach (var rumour in _taken) parts.Add(rumour.Bytes);
        PutBack(transmitLimit);
        return used;
    }

    /// <summary>Drops what was sent most until no more than <paramref name="keep"/> wait.</summary>
    /// <returns>How many were dropped.</returns>
    public int Prune(int keep)
    {
        var dropped = 0;
        for (var i = _tiers.Count - 1; Count > keep; dropped++)
        {
            while (_tiers[i].Count == 0) i--;
            Remove(_tiers[i].Last);
        }

        return dropped;
    }

    /// <summary>Drops all, and gives back the room they took.</summary>
    public void Clear()
    {
        Prune(keep: 0);
        _named.TrimExcess();
    }

    /// <summary>What was taken from one tier goes to the next, as the run it is; only now, so that nothing goes twice into one packet.</summary>
    private void PutBack(int transmitLimit)
    {
        var taken = CollectionsMarshal.AsSpan(_taken);
        for (var start = 0; start < taken.Length;)
        {
            var transmits = taken[start].Transmits + 1;
            var end = start;
            for (; end < taken.Length && taken[end].Transmits == transmits - 1; end++)
            {
                taken[end].Transmits = transmits;
                if (transmits >= transmitLimit) Forget(taken[end]);
            }

            if (transmits < transmitLimit) Tier(transmits).Merge(taken[start..end]);
            start = end;
        }

        _taken.Clear();
    }

    private RumourTier Tier(int transmits)
    {
        while (_tiers.Count <= transmits) _tiers.Add(new RumourTier());
        return _tiers[transmits];
    }

    private void Remove(Rumour rumour)
    {
        _tiers[rumour.Transmits].Remove(rumour);
        Forget(rumour);
    }

    private void Forget(Rumour rumour)
    {
        rumour.IsQueued = false;
        Count--;
        if (rumour.Name is not null) _named.Remove(rumour.Name);
    }
}
