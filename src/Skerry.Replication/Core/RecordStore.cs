using System.Collections.Immutable;

using Skerry.Primitives;

namespace Skerry.Replication.Core;

/// <summary>All records known, by owner.</summary>
internal sealed class RecordStore
{
    /// <summary>A withdrawn record is remembered so long, so that nobody's older version brings it back.</summary>
    public static readonly TimeSpan BurialTime = TimeSpan.FromHours(24);

    private readonly SortedDictionary<string, OwnerTable> _owners = new(StringComparer.Ordinal);
    private readonly SortedSet<Burial> _burials = [];
    private readonly ForgottenOwners _forgotten = new();

    /// <summary>One number for all that is known.</summary>
    public ulong Digest { get; private set; }

    /// <summary>Records that are said, by all owners.</summary>
    public int Said { get; private set; }

    /// <summary>When the next withdrawn record may be dropped.</summary>
    public Instant NextBurialEnd => _burials.Count == 0 ? Instant.Never : _burials.Min.At + BurialTime;

    /// <summary>All records, by owner, kind and id.</summary>
    public IEnumerable<StoredRecord> All => _owners.Values.SelectMany(table => table.Records);

    /// <summary>One number for each owner, in ordinal order.</summary>
    public ImmutableArray<OwnerDigest> OwnerDigests() => [.. _owners.Select(entry => new OwnerDigest(entry.Key, entry.Value.Digest))];

    public IEnumerable<StoredRecord> RecordsOf(string owner) => _owners.TryGetValue(owner, out var table) ? table.Records : [];

    public int CountOf(string owner) => _owners.TryGetValue(owner, out var table) ? table.Count : 0;

    /// <summary>How many records an owner says.</summary>
    public int SaidBy(string owner) => _owners.TryGetValue(owner, out var table) ? table.Said : 0;

    public bool TryFind(string owner, RecordName name, out StoredRecord stored)
    {
        stored = default;
        return _owners.TryGetValue(owner, out var table) && table.TryFind(name, out stored);
    }

    /// <summary>Whether nothing of this owner is taken in until it is back.</summary>
    public bool IsForgotten(string owner) => _forgotten.Contains(owner);

    /// <summary>Takes a record if it is news.</summary>
    public bool TrySet(CarriedRecord carried, Instant now)
    {
        var record = carried.Record;
        if (_forgotten.Contains(record.Owner)) return false;
        var isBuried = record.Payload is null;
        if (isBuried && carried.Age >= BurialTime) return false;
        if (!_owners.TryGetValue(record.Owner, out var table)) table = new OwnerTable();
        var name = new RecordName(record.Kind, record.Id);
        var isKnown = table.TryFind(name, out var before);
        if (isKnown && !IsNewer(record, before.Record)) return false;
        var isSaid = isKnown && !before.IsBuried;
        if (!isBuried && !isSaid && table.Said >= Record.MaxPerOwner) return false;
        if (isBuried && (!isKnown || isSaid) && table.Buried >= Record.MaxPerOwner && !TryMakeRoom(record, table)) return false;

        var checksum = RecordHash.Checksum(record.Payload);
        var stored = new StoredRecord(record, checksum, RecordHash.Of(record, checksum), now - carried.Age);
        _owners[record.Owner] = table;
        Change(record.Owner, table, name, stored);
        return true;
    }

    /// <summary>Drops all of an owner and takes in nothing more of it.</summary>
    /// <returns>What was dropped.</returns>
    public IReadOnlyList<Record> Forget(string owner)
    {
        _forgotten.Add(owner);
        if (!_owners.TryGetValue(owner, out var table)) return [];
        var names = table.Records.Select(stored => stored.Record).ToArray();
        foreach (var record in names) Change(owner, table, new RecordName(record.Kind, record.Id), null);
        return names;
    }

    /// <summary>The owner is back.</summary>
    public void Revive(string owner) => _forgotten.Remove(owner);

    /// <summary>Drops what was withdrawn longer ago than anybody can still be telling the older version.</summary>
    public void DropBuried(Instant now)
    {
        while (NextBurialEnd <= now)
        {
            var burial = _burials.Min;
            Change(burial.Owner, _owners[burial.Owner], burial.Name, null);
        }
    }

    /// <summary>Every change of a table goes through here, so that digest, burials and counts cannot drift from the records.</summary>
    private void Change(string owner, OwnerTable table, RecordName name, StoredRecord? after)
    {
        if (table.Count > 0) Digest ^= RecordHash.Of(owner, table.Digest);
        Said -= table.Said;
        if (table.TryFind(name, out var before) && before.IsBuried) _burials.Remove(new Burial(before.BuriedAt, owner, name));
        if (after is { } stored)
        {
            table.Set(name, stored);
            if (stored.IsBuried) _burials.Add(new Burial(stored.BuriedAt, owner, name));
        }
        else
        {
            table.Remove(name);
        }

        Said += table.Said;
        if (table.Count > 0) Digest ^= RecordHash.Of(owner, table.Digest);
        else _owners.Remove(owner);
    }

    /// <summary>Of too many withdrawals the lowest versions go, on every node the same ones.</summary>
    private bool TryMakeRoom(Record incoming, OwnerTable table)
    {
        var oldest = table.OldestBuried().Record;
        if (incoming.Version <= oldest.Version) return false;
        Change(oldest.Owner, table, new RecordName(oldest.Kind, oldest.Id), null);
        return true;
    }

    /// <summary>Two records of one version come from one owner in two lives; any rule will do, if all use the same.</summary>
    private static bool IsNewer(Record record, Record before)
    {
        if (record.Version != before.Version) return record.Version > before.Version;
        if (record.Payload is not { } payload) return before.Payload is not null;
        return before.Payload is { } other && payload.Span.SequenceCompareTo(other.Span) > 0;
    }
}
