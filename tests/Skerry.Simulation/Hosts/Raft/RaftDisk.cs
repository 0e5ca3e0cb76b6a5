using Skerry.Primitives;
using Skerry.Raft.Core;

namespace Skerry.Simulation;

/// <summary>
/// One node's disk across its lives: what was flushed stays, of what was written and not flushed a crash keeps some first part, by records. What it holds is
/// kept here as it should be; with <see cref="RaftFiles"/> it also goes through the product's own log and snapshots on a disk that does all a disk may do.
/// </summary>
/// <param name="id">Its name in the group.</param>
/// <param name="files">The real files; null: none.</param>
internal sealed class RaftDisk(ulong id, RaftFiles? files) : ILogView
{
    private readonly List<RaftEntry> _entries = [];
    private readonly Queue<RaftRecord> _written = new();
    private int _taken;

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

    /// <summary>The real files; null: none.</summary>
    public RaftFiles? Files { get; } = files;

    /// <summary>Reads what was flushed, through the real files where there are some.</summary>
    public RaftEntry Read(ulong index)
    {
        Invariant.That(index >= FirstIndex && index <= LastIndex);
        var entry = _entries[(int)(index - FirstIndex)];
        if (Files is null) return entry;
        var read = Files.Read(index);
        Invariant.That(read.Term == entry.Term && read.Kind == entry.Kind && read.Data.Span.SequenceEqual(entry.Data.Span));
        return read;
    }

    /// <summary>The entries that are safe here.</summary>
    public IReadOnlyList<RaftEntry> Entries => _entries;

    /// <summary>Whether an entry is safe here, itself or in the snapshot.</summary>
    public bool Holds(ulong index, ulong term) =>
        index <= Snapshot.Index || (index >= FirstIndex && index <= LastIndex && _entries[(int)(index - FirstIndex)].Term == term);

    /// <summary>A founding member's first entry, before its first start.</summary>
    public void Found(RaftEntry founding)
    {
        Files?.Open();
        _written.Enqueue(new RaftRecord(RaftRecordKind.Entry, founding.Index, founding));
        _written.Enqueue(new RaftRecord(RaftRecordKind.State, State: new HardState(founding.Term, 0)));
        Invariant.That(Flush(2) == DiskOutcome.Done);
    }

    /// <summary>A process starts: it finds what the disk has kept.</summary>
    /// <returns>False when the machine died again meanwhile.</returns>
    public bool Open()
    {
        if (Files is null) return true;
        if (!Files.Open()) return false;
        var (first, entries, state) = Files.ReadAll(Id);
        (FirstIndex, State) = (first, state);
        _entries.Clear();
        _entries.AddRange(entries);
        if (Files.ReadSnapshot() is var (meta, bytes)) (Snapshot, SnapshotBytes) = (meta, bytes);
        return true;
    }

    /// <summary>Writes what the core wants persisted, a record each.</summary>
    public void Write(Persist persist, bool isStateForgotten)
    {
        if (persist.Reset is { } reset) _written.Enqueue(new RaftRecord(RaftRecordKind.Reset, reset.Index));
        foreach (var entry in persist.Entries) _written.Enqueue(new RaftRecord(RaftRecordKind.Entry, entry.Index, entry));
        if (persist.State is { } state && !isStateForgotten) _written.Enqueue(new RaftRecord(RaftRecordKind.State, State: state));
    }

    /// <summary>Writes that entries up to an index may go.</summary>
    public void Compact(ulong index) => _written.Enqueue(new RaftRecord(RaftRecordKind.Compact, index));

    /// <summary>Flushes the first records that are written.</summary>
    public DiskOutcome Flush(int records)
    {
        if (Files is not null)
        {
            var outcome = Files.Flush(Id, _written.Skip(_taken).Take(records - _taken), out var taken);
            // What the log has taken, if not flushed, is not written a second time.
            _taken = outcome == DiskOutcome.Full ? _taken + taken : 0;
            if (outcome != DiskOutcome.Done) return outcome;
        }

        for (; records > 0; records--) Apply(_written.Dequeue());
        return DiskOutcome.Done;
    }

    /// <summary>The process has ended: so many of the records that were written had reached the disk.</summary>
    public void Crash(int kept)
    {
        Files?.Crash(Id, _written.Take(kept).Skip(_taken));
        _taken = 0;
        for (; Files is null && kept > 0; kept--) Apply(_written.Dequeue());
        _written.Clear();
    }

    /// <summary>A snapshot takes its place.</summary>
    public DiskOutcome SetSnapshot(SnapshotMeta meta, byte[] bytes)
    {
        if (Files is not null && Files.WriteSnapshot(meta, bytes) is var outcome and not DiskOutcome.Done) return outcome;
        (Snapshot, SnapshotBytes) = (meta, bytes);
        return DiskOutcome.Done;
    }

    private void Apply(RaftRecord record)
    {
        switch (record.Kind)
        {
            case RaftRecordKind.Reset:
                _entries.Clear();
                FirstIndex = record.Index + 1;
                break;
            case RaftRecordKind.Entry:
                Invariant.That(record.Index >= FirstIndex && record.Index <= LastIndex + 1);
                var place = (int)(record.Index - FirstIndex);
                _entries.RemoveRange(place, _entries.Count - place);
                _entries.Add(record.Entry!);
                break;
            case RaftRecordKind.State:
                State = record.State;
                break;
            case RaftRecordKind.Compact when record.Index >= FirstIndex:
                Invariant.That(record.Index <= LastIndex);
                _entries.RemoveRange(0, (int)(record.Index + 1 - FirstIndex));
                FirstIndex = record.Index + 1;
                break;
        }
    }
}
