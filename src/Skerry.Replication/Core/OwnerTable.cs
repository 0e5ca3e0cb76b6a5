namespace Skerry.Replication.Core;

/// <summary>All that is known of one owner, with a digest that tells at once whether two nodes know the same.</summary>
internal sealed class OwnerTable
{
    private readonly SortedDictionary<RecordName, StoredRecord> _records = [];

    /// <summary>In order of kind and id.</summary>
    public IEnumerable<StoredRecord> Records => _records.Values;

    /// <summary>Exclusive or over the hashes of all records: equal tables have equal digests, whatever the order they came in.</summary>
    public ulong Digest { get; private set; }

    /// <summary>Records that are said.</summary>
    public int Said { get; private set; }

    /// <summary>Records that were withdrawn and are still remembered.</summary>
    public int Buried => _records.Count - Said;

    public int Count => _records.Count;

    public bool TryFind(RecordName name, out StoredRecord stored) => _records.TryGetValue(name, out stored);

    /// <summary>The withdrawn record with the lowest version: the first to go when there are too many.</summary>
    public StoredRecord OldestBuried() => _records.Values.Where(stored => stored.IsBuried).MinBy(stored => stored.Record.Version);

    public void Set(RecordName name, in StoredRecord stored)
    {
        Remove(name);
        _records[name] = stored;
        Digest ^= stored.Hash;
        if (!stored.IsBuried) Said++;
    }

    public void Remove(RecordName name)
    {
        if (!_records.Remove(name, out var before)) return;
        Digest ^= before.Hash;
        if (!before.IsBuried) Said--;
    }
}
