using Skerry.Primitives;

namespace Skerry.Replication.Core;

/// <summary>All that is known of one owner, with a digest that tells at once whether two nodes know the same.</summary>
internal sealed class OwnerTable
{
    private readonly SortedDictionary<RecordName, Record> _records = [];
    private readonly Dictionary<RecordName, Instant> _buried = [];

    /// <summary>In order of kind and id.</summary>
    public IReadOnlyDictionary<RecordName, Record> Records => _records;

    /// <summary>Exclusive or over the hashes of all records: equal tables have equal digests, whatever the order they came in.</summary>
    public ulong Digest { get; private set; }

    public int Count => _records.Count;

    public Record? Find(RecordName name) => _records.GetValueOrDefault(name);

    public void Set(Record record, Instant now)
    {
        var name = new RecordName(record.Kind, record.Id);
        if (_records.TryGetValue(name, out var before)) Digest ^= RecordHash.Of(before);
        _records[name] = record;
        Digest ^= RecordHash.Of(record);
        if (record.Payload is null) _buried[name] = now;
        else _buried.Remove(name);
    }

    /// <summary>Drops what was withdrawn longer ago than anybody can still be telling the older version.</summary>
    public void DropBuried(Instant before)
    {
        foreach (var (name, since) in _buried.Where(entry => entry.Value < before).ToArray())
        {
            Digest ^= RecordHash.Of(_records[name]);
            _records.Remove(name);
            _buried.Remove(name);
        }
    }
}
