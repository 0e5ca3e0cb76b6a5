namespace Skerry.Manifest.Core;

/// <summary>Ranges seen as one set of keys. Asked by binary search, so that a large transaction stays cheap to check.</summary>
internal sealed class RangeUnion
{
    private readonly List<KeyRange> _ranges = [];
    private bool _isSorted = true;

    public void Add(KeyRange range)
    {
        _ranges.Add(range);
        _isSorted = false;
    }

    public void Add(RangeUnion other)
    {
        if (other._ranges.Count == 0) return;
        _ranges.AddRange(other._ranges);
        _isSorted = false;
    }

    public bool Contains(ReadOnlySpan<byte> key)
    {
        if (!_isSorted) Sort();
        int low = 0, high = _ranges.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            if (_ranges[middle].Start.Span.SequenceCompareTo(key) <= 0) low = middle + 1;
            else high = middle - 1;
        }

        return high >= 0 && _ranges[high].Contains(key);
    }

    /// <summary>By start, and none within another or over its end: then only the last that starts before a key can hold it.</summary>
    private void Sort()
    {
        _ranges.Sort(static (a, b) => a.Start.Span.SequenceCompareTo(b.Start.Span));
        var kept = 0;
        foreach (var range in _ranges.ToArray())
        {
            if (kept > 0 && _ranges[kept - 1].Contains(range.Start.Span)) _ranges[kept - 1] = Longer(_ranges[kept - 1], range);
            else _ranges[kept++] = range;
        }

        _ranges.RemoveRange(kept, _ranges.Count - kept);
        _isSorted = true;
    }

    private static KeyRange Longer(KeyRange first, KeyRange second)
    {
        if (first.IsOpen || second.IsPoint) return first;
        if (second.IsOpen || first.IsPoint) return first with { End = second.End };
        return second.End.Span.SequenceCompareTo(first.End.Span) > 0 ? first with { End = second.End } : first;
    }
}
