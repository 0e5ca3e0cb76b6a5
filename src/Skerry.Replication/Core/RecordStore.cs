using System.Collections.Immutable;

using Skerry.Primitives;

namespace Skerry.Replication.Core;

/// <summary>All records known, by owner.</summary>
internal sealed class RecordStore
{
    /// <summary>A withdrawn record is remembered so long, so that nobody's older version brings it back.</summary>
    private static readonly TimeSpan BurialTime = TimeSpan.FromHours(24);

    private readonly SortedDictionary<string, OwnerTable> _owners = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _forgotten = new(StringComparer.Ordinal);

    /// <summary>One number for all that is known.</summary>
    public ulong Digest { get; private set; }

    /// <summary>One number for each owner, in ordinal order.</summary>
    public ImmutableArray<OwnerDigest> OwnerDigests() => [.. _owners.Where(entry => entry.Value.Count > 0).Select(entry => new OwnerDigest(entry.Key, entry.Value.Digest))];

    public IEnumerable<Record> RecordsOf(string owner) => _owners.TryGetValue(owner, out var table) ? table.Records.Values : [];

    public IEnumerable<Record> All => _owners.Values.SelectMany(table => table.Records.Values);

    public Record? Find(string owner, RecordName name) => _owners.TryGetValue(owner, out var table) ? table.Find(name) : null;

    /// <summary>Whether nothing of this owner is taken in until it is back.</summary>
    public bool IsForgotten(string owner) => _forgotten.Contains(owner);

    /// <summary>Takes a record if it is news.</summary>
    public bool TrySet(Record record, Instant now)
    {
        if (_forgotten.Contains(record.Owner)) return false;
        if (!_owners.TryGetValue(record.Owner, out var table)) _owners[record.Owner] = table = new OwnerTable();
        var before = table.Find(new RecordName(record.Kind, record.Id));
        if (before is null ? table.Count >= Record.MaxPerOwner : !IsNewer(record, before)) return false;
        Change(record.Owner, table, () => table.Set(record, now));
        return true;
    }

    /// <summary>Drops all of an owner and takes in nothing more of it.</summary>
    public ImmutableArray<Record> Forget(string owner)
    {
        _forgotten.Add(owner);
        if (!_owners.Remove(owner, out var table)) return [];
        if (table.Count > 0) Digest ^= RecordHash.Of(owner, table.Digest);
        return [.. table.Records.Values];
    }

    /// <summary>The owner is back.</summary>
    public void Revive(string owner) => _forgotten.Remove(owner);

    public void DropBuried(Instant now)
    {
        foreach (var (owner, table) in _owners) Change(owner, table, () => table.DropBuried(now - BurialTime));
    }

    private void Change(string owner, OwnerTable table, Action change)
    {
        if (table.Count > 0) Digest ^= RecordHash.Of(owner, table.Digest);
        change();
        if (table.Count > 0) Digest ^= RecordHash.Of(owner, table.Digest);
    }

    /// <summary>Two records of one version come from one owner in two lives; any rule will do, if all use the same.</summary>
    private static bool IsNewer(Record record, Record before)
    {
        if (record.Version != before.Version) return record.Version > before.Version;
        if (record.Payload is not { } payload) return before.Payload is not null;
        return before.Payload is { } other && payload.Span.SequenceCompareTo(other.Span) > 0;
    }
}
