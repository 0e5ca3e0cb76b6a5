namespace Skerry.Manifest.Core;

/// <summary>Keys as they would be after changes that have not been made: what was changed here stands before what is in the tree.</summary>
/// <param name="root">The tree.</param>
/// <param name="revision">Its revision; the changes are of the next.</param>
internal sealed class KeyDraft(KeyNode root, long revision)
{
    private readonly SortedDictionary<ReadOnlyMemory<byte>, KeyEntry?> _changed = new(Comparer<ReadOnlyMemory<byte>>.Create(static (a, b) => a.Span.SequenceCompareTo(b.Span)));

    /// <summary>What is different, by key; null where the key goes.</summary>
    public IEnumerable<KeyValuePair<ReadOnlyMemory<byte>, KeyEntry?>> Changed => _changed;

    public KeyEntry? Find(ReadOnlyMemory<byte> key) => _changed.TryGetValue(key, out var entry) ? entry : FindBefore(key);

    /// <summary>Writes a key. One that is there in the tree keeps its creation, also where it was deleted here meanwhile: in a revision a key changes once.</summary>
    public KeyEntry Put(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, long lease, KeyFacts facts)
    {
        var before = FindBefore(key);
        var entry = new KeyEntry(key, value, before?.CreateRevision ?? revision + 1, revision + 1, (before?.Version ?? 0) + 1, lease, facts);
        _changed[key] = entry;
        return entry;
    }

    public void Delete(ReadOnlyMemory<byte> key) => _changed[key] = null;

    /// <summary>The keys of a range in order.</summary>
    public IReadOnlyList<KeyEntry> List(KeyRange range)
    {
        var found = new Lister(revision, _changed);
        KeyTree.Visit(root, range, ref found);
        foreach (var (key, entry) in _changed)
        {
            if (entry is { } live && range.Contains(key.Span)) found.Entries.Add(live);
        }

        found.Entries.Sort(static (a, b) => a.Key.Span.SequenceCompareTo(b.Key.Span));
        return found.Entries;
    }

    private KeyEntry? FindBefore(ReadOnlyMemory<byte> key) =>
        KeyTree.Find(root, key.Span) is { } record && record.At(revision) is { } version ? KeyEntry.Of(record, version) : null;

    private readonly struct Lister(long revision, SortedDictionary<ReadOnlyMemory<byte>, KeyEntry?> changed) : IKeyVisitor
    {
        public List<KeyEntry> Entries { get; } = [];

        public bool Visit(KeyRecord record)
        {
            if (record.At(revision) is { } version && !changed.ContainsKey(record.Key)) Entries.Add(KeyEntry.Of(record, version));
            return true;
        }
    }
}
