using Skerry.Raft.Core;

namespace Skerry.Raft.Driver;

/// <summary>Gives the state machine what is committed, in order, one call after the other, and the answers to whoever waits.</summary>
internal sealed class Applier : IAsyncDisposable
{
    private readonly IStateMachine _machine;
    private readonly ProposalTable _proposals;
    private readonly ReadTable _reads;
    private readonly RaftMetrics _metrics;
    private readonly SerialQueue<RaftOutput> _queue;
    /// <summary>Of the newest snapshot, this part of log is written before the next: the work of all snapshots stays in proportion to that of the log, however large the state is.</summary>
    private const int PartOfSnapshot = 4;

    private readonly long _snapshotBytes;
    private long _bytes;
    private long _snapshotAt;
    private ulong _index;

    public Applier(IStateMachine machine, ulong index, ProposalTable proposals, ReadTable reads, RaftMetrics metrics, long snapshotBytes, Action<Exception> failed)
    {
        (_machine, _index, _proposals, _reads, _metrics, _snapshotBytes) = (machine, index, proposals, reads, metrics, snapshotBytes);
        _snapshotAt = snapshotBytes;
        _queue = new SerialQueue<RaftOutput>(Handle, failed);
        _reads.Applied(index);
    }

    /// <summary>Up to where the state machine has taken the log.</summary>
    public ulong Index => Volatile.Read(ref _index);

    /// <summary>Hears up to where entries are applied.</summary>
    public required Action<ulong> Applied { get; init; }

    /// <summary>Takes a snapshot to write; false when one is being written already, after which another follows if somebody has asked.</summary>
    public required Func<ulong, Func<IRaftSnapshot>, bool, bool> TrySnapshot { get; init; }

    /// <summary>Bytes of the newest snapshot written; 0: not known.</summary>
    public required Func<long> SnapshotLength { get; init; }

    /// <summary>Gives the bytes of a snapshot that has come.</summary>
    public required Func<SnapshotMeta, Stream> OpenSnapshot { get; init; }

    /// <summary>Hears that a snapshot was taken in.</summary>
    public required Action<SnapshotMeta> Restored { get; init; }

    /// <summary><see cref="ApplyEntries"/>, <see cref="RestoreSnapshot"/> or <see cref="TakeSnapshot"/>.</summary>
    public void Add(RaftOutput work) => _queue.Add(work);

    public ValueTask DisposeAsync() => _queue.DisposeAsync();

    private void Handle(RaftOutput work)
    {
        switch (work)
        {
            case ApplyEntries apply:
                Apply(apply.Entries);
                if (_bytes >= _snapshotAt && _bytes >= SnapshotLength() / PartOfSnapshot) Snapshot(isAsked: false);
                break;
            case TakeSnapshot:
                Snapshot(isAsked: true);
                break;
            case RestoreSnapshot restore:
                Restore(restore.Meta);
                break;
        }
    }

    private void Apply(IReadOnlyList<RaftEntry> entries)
    {
        foreach (var entry in entries)
        {
            var value = entry.Kind == EntryKind.Command ? _machine.Apply(entry.Index, entry.Data.Span) : null;
            Volatile.Write(ref _index, entry.Index);
            _bytes += entry.Size;
            _proposals.Applied(entry.Index, entry.Term, value);
        }

        _metrics.Applied(entries.Count);
        _reads.Applied(_index);
        Applied(_index);
    }

    /// <summary>Where none can be begun, it is tried again a little later.</summary>
    private void Snapshot(bool isAsked)
    {
        if (_index == 0) return;
        if (TrySnapshot(_index, _machine.Snapshot, isAsked)) (_bytes, _snapshotAt) = (0, _snapshotBytes);
        else _snapshotAt = _bytes + (_snapshotBytes / 8);
    }

    private void Restore(SnapshotMeta meta)
    {
        using (var source = OpenSnapshot(meta)) _machine.Restore(meta.Index, source);
        Volatile.Write(ref _index, meta.Index);
        (_bytes, _snapshotAt) = (0, _snapshotBytes);
        Restored(meta);
        _reads.Applied(_index);
        Applied(_index);
    }
}
