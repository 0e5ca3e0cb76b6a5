using Skerry.Primitives;
using Skerry.Raft.Core;

namespace Skerry.Simulation;

/// <summary>
/// One node's disk across its lives: what was flushed stays, of what was written and not flushed a crash keeps some first part, by records. The log is what
/// was flushed; writes stand in line.
/// </summary>
/// <param name="id">Its name in the group.</param>
internal sealed class RaftDisk(ulong id) : ILogView
{
    private readonly List<RaftEntry> _entries = [];
    private readonly Queue<Action> _written = new();

    public ulong Id { get; } = id;

    public HardState State { get; private set; }

    public SnapshotMeta Snapshot { get; private set; } = SnapshotMeta.None;

    public byte[] SnapshotBytes { get; private set; } = [];

    public ulong FirstIndex { get; private set; } = 1;

    public ulong LastIndex => FirstIndex + (ulong)_entries.Count - 1;

    /// <summary>How many records are written and not flushed.</summary>
    public int Unflushed => _written.Count;

    /// <summary>Whether it is not in any machine any more: wiped, or thrown away.</summary>
    public bool IsGone { get; set; }

    public RaftEntry Read(ulong index)
    {
        Invariant.That(index >= FirstIndex && index <= LastIndex);
        return _entries[(int)(index - FirstIndex)];
    }

    /// <summary>Whether an entry is safe here, itself or in the snapshot.</summary>
    public bool Holds(ulong index, ulong term) =>
        index <= Snapshot.Index || (index >= FirstIndex && index <= LastIndex && Read(index).Term == term);

    /// <summary>A founding member's first entry.</summary>
    public void Found(RaftEntry founding)
    {
        _entries.Add(founding);
        State = new HardState(founding.Term, 0);
    }

    /// <summary>Writes what the core wants persisted, a record each.</summary>
    public void Write(Persist persist, bool isStateForgotten)
    {
        if (persist.Reset is { } reset) _written.Enqueue(() => Restart(reset.Index));
        foreach (var entry in persist.Entries) _written.Enqueue(() => Put(entry));
        if (persist.State is { } state && !isStateForgotten) _written.Enqueue(() => State = state);
    }

    /// <summary>Writes that entries up to an index may go.</summary>
    public void Compact(ulong index) => _written.Enqueue(() => Drop(index));

    /// <summary>The first records that are written are safe now.</summary>
    public void Flush(int records)
    {
        for (; records > 0; records--) _written.Dequeue()();
    }

    /// <summary>The machine has crashed: so many of the records that were written had reached the disk.</summary>
    public void Crash(int kept)
    {
        Flush(Math.Min(kept, _written.Count));
        _written.Clear();
    }

    /// <summary>A snapshot is in its place, flushed.</summary>
    public void SetSnapshot(SnapshotMeta meta, byte[] bytes) => (Snapshot, SnapshotBytes) = (meta, bytes);

    private void Restart(ulong index)
    {
        _entries.Clear();
        FirstIndex = index + 1;
    }

    private void Put(RaftEntry entry)
    {
        Invariant.That(entry.Index >= FirstIndex && entry.Index <= LastIndex + 1);
        var place = (int)(entry.Index - FirstIndex);
        _entries.RemoveRange(place, _entries.Count - place);
        _entries.Add(entry);
    }

    private void Drop(ulong index)
    {
        if (index < FirstIndex) return;
        Invariant.That(index <= LastIndex);
        _entries.RemoveRange(0, (int)(index + 1 - FirstIndex));
        FirstIndex = index + 1;
    }
}
