namespace Skerry.Manifest.Core;

/// <summary>Finds who watches a key: by the key itself, or by the ranges that hold it. Watchers of other keys cost nothing.</summary>
internal sealed class WatchIndex
{
    private readonly Dictionary<ReadOnlyMemory<byte>, List<Watcher>> _points = new(KeyComparer.Instance);
    private readonly Dictionary<ReadOnlyMemory<byte>, List<Watcher>>.AlternateLookup<ReadOnlySpan<byte>> _byKey;
    private readonly RangeIndex _ranges = new();

    public WatchIndex() => _byKey = _points.GetAlternateLookup<ReadOnlySpan<byte>>();

    public int Count { get; private set; }

    public void Add(Watcher watcher)
    {
        Count++;
        if (!watcher.Range.IsPoint)
        {
            _ranges.Add(watcher);
            return;
        }

        if (!_points.TryGetValue(watcher.Range.Start, out var watchers)) _points.Add(watcher.Range.Start, watchers = new List<Watcher>(1));
        watchers.Add(watcher);
    }

    public void Remove(Watcher watcher)
    {
        Count--;
        if (!watcher.Range.IsPoint)
        {
            _ranges.Remove(watcher);
        }
        else if (_points.TryGetValue(watcher.Range.Start, out var watchers))
        {
            watchers.Remove(watcher);
            if (watchers.Count == 0) _points.Remove(watcher.Range.Start);
        }
    }

    /// <summary>Adds the watchers of a key to a list.</summary>
    public void Find(ReadOnlySpan<byte> key, List<Watcher> found)
    {
        if (_byKey.TryGetValue(key, out var watchers)) found.AddRange(watchers);
        _ranges.Find(key, found);
    }
}
