namespace Skerry.Gossip.Core;

/// <summary>
/// The rumours of a <see cref="BroadcastQueue"/> that were sent equally often, in the order of <see cref="Rumour.Compare"/>: what goes next stands
/// last, where taking it is cheap. A sorted array beats a tree here: what moves on to the next tier moves as one sorted run.
/// </summary>
internal sealed class RumourTier
{
    /// <summary>An emptied tier gives back memory above so many entries: ten thousand nodes that heard of each other at once would keep it for ever.</summary>
    private const int KeptCapacity = 32;

    private readonly List<Rumour> _rumours = [];

    public int Count => _rumours.Count;

    /// <summary>The one to drop first: the shortest, and of these the oldest.</summary>
    public Rumour Last => _rumours[0];

    public void Add(Rumour rumour)
    {
        if (_rumours.Count == 0 || Rumour.Compare(_rumours[^1], rumour) < 0) _rumours.Add(rumour);
        else _rumours.Insert(~_rumours.BinarySearch(rumour, Order.Instance), rumour);
    }

    public void Remove(Rumour rumour)
    {
        var index = _rumours.BinarySearch(rumour, Order.Instance);
        if (index >= 0) _rumours.RemoveAt(index);
        Shrink();
    }

    /// <summary>Moves what fits to <paramref name="taken"/>, the longest first and of equals the newest.</summary>
    /// <param name="limit">Bytes there is room for.</param>
    /// <param name="overhead">Bytes each costs besides itself.</param>
    /// <param name="count">At most so many.</param>
    /// <param name="taken">Receives them in order.</param>
    /// <returns>Bytes used.</returns>
    public int Take(int limit, int overhead, int count, List<Rumour> taken)
    {
        var used = 0;
        var end = _rumours.Count;
        while (count > 0 && end > 0)
        {
            var room = limit - used - overhead;
            if (_rumours[end - 1].Length > room) end = CountUpTo(room, end);
            // A run of neighbours goes at once; between runs stand those that do not fit.
            var start = end;
            while (start > 0 && count > 0 && _rumours[start - 1].Length <= limit - used - overhead)
            {
                var rumour = _rumours[--start];
                taken.Add(rumour);
                used += rumour.Length + overhead;
                count--;
            }

            _rumours.RemoveRange(start, end - start);
            end = start;
        }

        Shrink();
        return used;
    }

    /// <summary>Takes in a run that is sorted the other way round, in one pass.</summary>
    public void Merge(ReadOnlySpan<Rumour> descending)
    {
        var (read, write) = (_rumours.Count - 1, _rumours.Count + descending.Length - 1);
        for (var i = 0; i < descending.Length; i++) _rumours.Add(descending[i]);
        foreach (var rumour in descending)
        {
            while (read >= 0 && Rumour.Compare(_rumours[read], rumour) > 0) _rumours[write--] = _rumours[read--];
            _rumours[write--] = rumour;
        }
    }

    /// <summary>How many of the first <paramref name="end"/> are no longer than <paramref name="length"/>.</summary>
    private int CountUpTo(int length, int end)
    {
        var (low, high) = (0, end);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_rumours[middle].Length <= length) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private void Shrink()
    {
        if (_rumours.Count == 0 && _rumours.Capacity > KeptCapacity) _rumours.Capacity = 0;
    }

    private sealed class Order : IComparer<Rumour>
    {
        public static readonly Order Instance = new();

        public int Compare(Rumour? left, Rumour? right) => Rumour.Compare(left!, right!);
    }
}
