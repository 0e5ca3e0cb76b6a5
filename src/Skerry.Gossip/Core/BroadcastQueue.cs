namespace Skerry.Gossip.Core;

/// <summary>
/// Rumours waiting to be sent, each a limited number of times (memberlist's rule): those sent least go first; among these the longest that still
/// fits; among equals the newest. A rumour about a name takes the place of the one before it.
/// </summary>
internal sealed class BroadcastQueue
{
    private readonly SortedSet<Rumour> _rumours = new(Comparer<Rumour>.Create(Rumour.Compare));
    private readonly Dictionary<string, Rumour> _named = new(StringComparer.Ordinal);
    private readonly List<Rumour> _taken = [];
    private long _sequence;

    /// <summary>How many wait.</summary>
    public int Count => _rumours.Count;

    /// <summary>Queues a rumour.</summary>
    /// <param name="bytes">As it goes into a packet.</param>
    /// <param name="name">The rumour of this name is replaced; null: it stands for itself.</param>
    /// <returns>The rumour, to ask whether it is still waiting.</returns>
    public Rumour Add(ReadOnlyMemory<byte> bytes, string? name = null)
    {
        var rumour = new Rumour(bytes, name, ++_sequence);
        if (name is not null)
        {
            if (_named.TryGetValue(name, out var replaced)) Remove(replaced);
            _named[name] = rumour;
        }

        _rumours.Add(rumour);
        return rumour;
    }

    /// <summary>Whether a rumour still has to be sent.</summary>
    public bool Contains(Rumour rumour) => _rumours.Contains(rumour);

    /// <summary>Takes what fits into a packet and counts it as sent once more.</summary>
    /// <param name="limit">Bytes there is room for.</param>
    /// <param name="overhead">Bytes each part costs besides itself.</param>
    /// <param name="maxParts">How many parts there is room for.</param>
    /// <param name="transmitLimit">A rumour sent so often is dropped.</param>
    /// <param name="parts">Receives the parts.</param>
    /// <returns>Bytes used, overhead included.</returns>
    public int Take(int limit, int overhead, int maxParts, int transmitLimit, List<ReadOnlyMemory<byte>> parts)
    {
        if (_rumours.Count == 0 || parts.Count >= maxParts) return 0;
        var used = 0;
        var transmits = _rumours.Min!.Transmits;
        var last = _rumours.Max!.Transmits;
        while (transmits <= last && parts.Count < maxParts)
        {
            var free = limit - used - overhead;
            if (free <= 0) break;
            var fitting = _rumours.GetViewBetween(Rumour.Longest(transmits, free), Rumour.Shortest(transmits)).Min;
            if (fitting is null)
            {
                transmits++;
                continue;
            }

            _rumours.Remove(fitting);
            _taken.Add(fitting);
            parts.Add(fitting.Bytes);
            used += fitting.Bytes.Length + overhead;
        }

        foreach (var rumour in _taken)
        {
            rumour.Transmits++;
            if (rumour.Transmits < transmitLimit) _rumours.Add(rumour);
            else Forget(rumour);
        }

        _taken.Clear();
        return used;
    }

    /// <summary>Drops what was sent most until no more than <paramref name="keep"/> wait.</summary>
    public int Prune(int keep)
    {
        var dropped = 0;
        for (; _rumours.Count > keep; dropped++) Remove(_rumours.Max!);
        return dropped;
    }

    private void Remove(Rumour rumour)
    {
        _rumours.Remove(rumour);
        Forget(rumour);
    }

    private void Forget(Rumour rumour)
    {
        if (rumour.Name is not null && _named.TryGetValue(rumour.Name, out var named) && named == rumour) _named.Remove(rumour.Name);
    }
}
