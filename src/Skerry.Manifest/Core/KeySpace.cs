using System.Runtime.InteropServices;

using Skerry.Primitives;

namespace Skerry.Manifest.Core;

/// <summary>
/// Keys, their states, and the log of what changed. One writer; readers on other threads hold a <see cref="KeySpaceView"/> and see only states up to its revision.
/// Changes of one revision are made by <see cref="Put"/> and <see cref="Delete"/> and end with <see cref="Commit"/>.
/// </summary>
internal sealed class KeySpace
{
    /// <summary>Events that one step of cleaning after a compaction looks at: some milliseconds.</summary>
    public const int CleaningStep = 4096;

    private readonly EventLog _events = new();
    private List<KeyRecord>? _loading;
    private int _changes;

    public KeyNode Root { get; private set; } = KeyNode.Empty;

    /// <summary>The newest revision; an empty store is at 1, as etcd's is.</summary>
    public long Revision { get; private set; } = 1;

    /// <summary>The revision of the last compaction; -1 before the first.</summary>
    public long Compacted { get; private set; } = -1;

    /// <summary>The hash of all keys as they are now: a sum, so that it does not depend on how they came to be.</summary>
    public ulong LiveHash { get; private set; }

    /// <summary>The hash of all changes there ever were, in order.</summary>
    public ulong HistoryHash { get; private set; }

    /// <summary>Bytes of keys and values of all states that are kept.</summary>
    public long Bytes { get; private set; }

    /// <summary>
    /// Memory the keys take: their bytes, for a state 152 bytes beside its value (itself 88, its array's head 24, its place in the log of changes 16, its share of slack), for a key
    /// 72 (its record 32, its array's head 24, its place in the tree 16).
    /// </summary>
    public long Size => Bytes + (152 * States) + (72 * Keys);

    /// <summary>States that are kept.</summary>
    public long States { get; private set; }

    /// <summary>Keys there are now.</summary>
    public long Keys { get; private set; }

    /// <summary>How many snapshots are being written: while there are any, nothing is forgotten.</summary>
    public int Pins { get; set; }

    /// <summary>The revision that reads within the running change are at.</summary>
    public long ReadRevision => _changes > 0 ? Revision + 1 : Revision;

    public EventLogView Events => _events.View;

    public KeySpaceView View => new(Root, Revision, Compacted, _events.View);

    public KeyRecord? Find(ReadOnlySpan<byte> key) => KeyTree.Find(Root, key);

    public KeyRecord Put(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, long lease, KeyFacts? facts)
    {
        var record = Find(key.Span);
        var old = record?.Head is { IsDeletion: false } live ? live : null;
        var owned = record?.Key ?? Own(key);
        var revision = Revision + 1;
        var content = Own(value);
        var (created, count) = (old?.CreateRevision ?? revision, (old?.Version ?? 0) + 1);
        var version = new KeyVersion
        {
            ModRevision = revision,
            Order = _changes,
            CreateRevision = created,
            Version = count,
            Lease = lease,
            Value = content,
            Facts = facts,
            Hash = HashOf(owned, revision, created, count, lease, content, facts),
            Older = record?.Head,
        };
        if (record is null)
        {
            record = new KeyRecord(owned, version);
            Root = KeyTree.Insert(Root, record);
        }
        else
        {
            record.Head = version;
        }

        LiveHash += version.Hash - (old?.Hash ?? 0);
        Bytes += owned.Length + content.Length;
        if (old is null) Keys++;
        Note(record, version);
        return record;
    }

    /// <summary>Deletes a key that is there.</summary>
    public void Delete(KeyRecord record)
    {
        var old = record.Head;
        Invariant.That(!old.IsDeletion);
        var version = new KeyVersion { ModRevision = Revision + 1, Order = _changes, Hash = HashOf(record.Key, Revision + 1, 0, 0, 0, []), Older = old };
        record.Head = version;
        LiveHash -= old.Hash;
        Bytes += record.Key.Length;
        Keys--;
        Note(record, version);
    }

    /// <summary>Ends a change: the next revision, if it changed anything.</summary>
    public void Commit()
    {
        if (_changes > 0) Revision++;
        _changes = 0;
    }

    /// <summary>States that only reads before <paramref name="revision"/> could see are gone from now on; <see cref="Clean"/> frees their memory.</summary>
    public void Compact(long revision) => Compacted = revision;

    /// <summary>Whether compaction left something behind that can be freed now: nothing is while a snapshot is being written.</summary>
    public bool IsUnclean => Pins == 0 && _events.View is var events && events.First < events.End && events[events.First].Version.ModRevision < Compacted;

    /// <summary>Frees some of what compaction left behind. Readers must have been told of the compaction before.</summary>
    /// <param name="budget">Events looked at, at most.</param>
    public void Clean(int budget = CleaningStep)
    {
        if (!IsUnclean) return;
        var events = _events.View;
        var index = events.First;
        for (; index < events.End && budget > 0; index++, budget--)
        {
            var entry = events[index];
            if (entry.Version.ModRevision >= Compacted) break;
            Forget(entry.Record);
        }

        _events.DropBefore(index);
    }

    /// <summary>Takes in a key from a snapshot, its states oldest first. Keys come in order, each once.</summary>
    public KeyRecord Load(byte[] key, ReadOnlySpan<KeyVersion> versions)
    {
        KeyVersion? head = null;
        foreach (var version in versions)
        {
            version.Older = head;
            head = version;
            Bytes += key.Length + (version.Value?.Length ?? 0);
            States++;
        }

        Invariant.That(head is not null);
        var record = new KeyRecord(key, head);
        (_loading ??= []).Add(record);
        if (head.IsDeletion) return record;
        LiveHash += head.Hash;
        Keys++;
        return record;
    }

    /// <summary>Ends loading: the numbers, and the log of changes, put together again from the states.</summary>
    public void Loaded(long revision, long compacted, ulong history)
    {
        (Revision, Compacted, HistoryHash) = (revision, compacted, history);
        Root = KeyTree.Build(_loading ?? []);
        _loading = null;
        var all = new EventCollector(compacted);
        KeyTree.Visit(Root, KeyRange.All, ref all);
        all.Events.Sort(static (a, b) => (a.Version.ModRevision, a.Version.Order).CompareTo((b.Version.ModRevision, b.Version.Order)));
        foreach (var (record, version) in all.Events) _events.Append(record, version);
    }

    /// <summary>Goes on at a later revision, with all before it compacted, since it takes the place of another key space.</summary>
    /// <param name="revision">Above its own.</param>
    /// <param name="history">The hash of all changes of the one it takes the place of.</param>
    public void Leap(long revision, ulong history)
    {
        Invariant.That(revision > Revision && _changes == 0);
        (Revision, Compacted, HistoryHash) = (revision, revision, StateHash.Mix(history, HistoryHash));
    }

    public static ulong HashOf(byte[] key, long revision, long created, long version, long lease, byte[] value, KeyFacts? facts = null)
    {
        var hash = StateHash.Mix((ulong)revision, key);
        hash = StateHash.Mix(hash, created);
        hash = StateHash.Mix(hash, (version << 1) ^ lease);
        hash = StateHash.Mix(hash, value);
        if (facts is null) return hash;
        hash = StateHash.Mix(StateHash.Mix(hash, facts.Flags), facts.LockIndex);
        return StateHash.Mix(hash, facts.Session is null ? [] : System.Text.Encoding.UTF8.GetBytes(facts.Session));
    }

    private void Note(KeyRecord record, KeyVersion version)
    {
        HistoryHash = StateHash.Mix(HistoryHash, version.Hash);
        States++;
        _events.Append(record, version);
        _changes++;
    }

    private void Forget(KeyRecord record)
    {
        // The log may have more events of a record that the first one saw off.
        if (record.IsRemoved) return;
        Count(record, -1);
        record.IsRemoved = record.Prune(Compacted);
        if (record.IsRemoved) Root = KeyTree.Remove(Root, record.Key);
        else Count(record, 1);
    }

    private void Count(KeyRecord record, int sign)
    {
        for (var version = record.Head; version is not null; version = version.Older)
        {
            Bytes += sign * (record.Key.Length + (version.Value?.Length ?? 0));
            States += sign;
        }
    }

    /// <summary>The array behind a piece of memory where it is that whole array, as commands decode to; else a copy.</summary>
    private static byte[] Own(ReadOnlyMemory<byte> memory) =>
        MemoryMarshal.TryGetArray(memory, out var segment) && segment.Array is { } array && segment.Count == array.Length ? array : memory.ToArray();

    private readonly struct EventCollector(long compacted) : IKeyVisitor
    {
        public List<(KeyRecord Record, KeyVersion Version)> Events { get; } = [];

        public bool Visit(KeyRecord record)
        {
            for (var version = record.Head; version is not null && version.ModRevision >= compacted; version = version.Older) Events.Add((record, version));
            return true;
        }
    }
}
