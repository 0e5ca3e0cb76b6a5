using Skerry.Primitives;

namespace Skerry.Raft.Core;

/// <summary>Snapshots: taken here, sent to peers that are too far behind, received from a leader (the paper, section 7).</summary>
internal sealed partial class RaftCore
{
    private IncomingSnapshot? _incoming;
    private ulong _snapshotTicket;

    /// <summary>What a snapshot of the state after an entry stands for.</summary>
    /// <param name="index">Applied, and not below the newest snapshot.</param>
    public SnapshotMeta Describe(ulong index)
    {
        Invariant.That(index >= _snapshot.Index && index <= _handedOut && _log.TryTermAt(index, out _));
        _log.TryTermAt(index, out var term);
        return new SnapshotMeta(index, term, _configurations.At(index));
    }

    /// <summary>A snapshot of this node's own is durable. Entries it stands for can go, except those kept for peers that are a little behind.</summary>
    /// <param name="meta">From <see cref="Describe"/>; an older one than the newest is ignored.</param>
    /// <param name="compactTo">The last entry that may go; never beyond the snapshot, nor beyond one that is being sent.</param>
    public void SnapshotTaken(SnapshotMeta meta, ulong compactTo)
    {
        _hasWork = true;
        if (meta.Index <= _snapshot.Index) return;
        _snapshot = meta;
        _configurations.CompactTo(meta.Index);
        var index = Math.Min(compactTo, meta.Index);
        foreach (var peer in _peers.Values)
        {
            if (peer.Transfer is { } transfer && IsLively(peer)) index = Math.Min(index, transfer.Meta.Index);
        }

        if (index <= _log.BaseIndex) return;
        _log.CompactTo(index);
        _outputs.Enqueue(new CompactLog(index));
    }

    /// <summary>The answer to <see cref="ReadSnapshot"/>.</summary>
    public void SnapshotRead(ulong peer, ulong index, long offset, ReadOnlyMemory<byte> data, bool isLast, Instant now)
    {
        Enter(now);
        if (!IsLeader || TransferOf(peer, index) is not { } transfer || transfer.Offset != offset) return;
        Send(new SnapshotChunk(Id, peer, Term, transfer.Meta, offset, data, isLast));
    }

    /// <summary>The answer to <see cref="ReadSnapshot"/> when that snapshot is no longer there: the newest is sent instead.</summary>
    public void SnapshotGone(ulong peer, ulong index, Instant now)
    {
        Enter(now);
        if (IsLeader && TransferOf(peer, index) is not null && index < _snapshot.Index) _peers[peer].StartSnapshot(_snapshot);
    }

    /// <summary>The part of a <see cref="WriteSnapshot"/> is written; the last one, and with it all, durably.</summary>
    public void SnapshotWritten(ulong ticket, Instant now)
    {
        Enter(now);
        if (_incoming is not { IsWriting: true } incoming || incoming.Ticket != ticket) return;
        incoming.IsWriting = false;
        if (incoming.IsLast)
        {
            Install(incoming);
            return;
        }

        HoldForState(new SnapshotResponse(Id, incoming.From, Term, incoming.Meta.Index, incoming.Offset, incoming.Received, IsInstalled: false));
    }

    /// <summary>The part of a <see cref="WriteSnapshot"/> could not be written, and what came before it is gone: the snapshot comes again from its beginning.</summary>
    public void SnapshotFailed(ulong ticket)
    {
        if (_incoming is { IsWriting: true } incoming && incoming.Ticket == ticket) _incoming = null;
    }

    private SnapshotTransfer? TransferOf(ulong peer, ulong index) =>
        _peers.TryGetValue(peer, out var progress) && progress.Transfer is { } transfer && transfer.Meta.Index == index ? transfer : null;

    private bool IsLively(Progress peer) => peer.HeardAt + _options.ElectionTimeout > _now;

    private void DriveSnapshot(Progress peer)
    {
        var transfer = peer.Transfer!;
        if (transfer.IsUnderWay && (transfer.RetryAt > _now || !IsLively(peer))) return;
        transfer.IsUnderWay = true;
        transfer.RetryAt = _now + _options.ElectionTimeout;
        _outputs.Enqueue(new ReadSnapshot(peer.Id, transfer.Meta.Index, transfer.Offset, _options.SnapshotChunkBytes));
    }

    private void OnSnapshotResponse(SnapshotResponse answer)
    {
        if (!IsLeader || !_peers.TryGetValue(answer.From, out var peer)) return;
        peer.Heard(_now, 0);
        if (answer.IsInstalled)
        {
            if (answer.Index <= _log.LastIndex && peer.Accepted(answer.Index)) TryCommit();
            return;
        }

        if (TransferOf(answer.From, answer.Index) is not { } transfer || transfer.Offset != answer.Offset) return;
        transfer.Offset = answer.Received;
        transfer.IsUnderWay = false;
    }

    private void OnSnapshotChunk(SnapshotChunk chunk)
    {
        Follow(chunk.From);
        if (chunk.Meta.Index <= _commit)
        {
            DropIncoming();
            Hold(new SnapshotResponse(Id, chunk.From, Term, chunk.Meta.Index, chunk.Offset, 0, IsInstalled: true));
            return;
        }

        // Another leader's snapshot may differ in its bytes, even at the same index.
        if (_incoming is not { } known || known.From != chunk.From || known.Meta.Index != chunk.Meta.Index || known.Meta.Term != chunk.Meta.Term)
        {
            DropIncoming();
            _incoming = new IncomingSnapshot(chunk.From, chunk.Meta);
        }

        var incoming = _incoming!;
        if (incoming.IsWriting) return;
        if (chunk.Offset != incoming.Received)
        {
            HoldForState(new SnapshotResponse(Id, chunk.From, Term, chunk.Meta.Index, chunk.Offset, incoming.Received, IsInstalled: false));
            return;
        }

        (incoming.IsWriting, incoming.IsLast, incoming.Offset, incoming.Ticket) = (true, chunk.IsLast, chunk.Offset, ++_snapshotTicket);
        incoming.Received += chunk.Data.Length;
        _outputs.Enqueue(new WriteSnapshot(incoming.Ticket, incoming.Meta, chunk.Offset, chunk.Data, chunk.IsLast));
    }

    private void DropIncoming()
    {
        if (_incoming is { } incoming) _outputs.Enqueue(new DropSnapshot(incoming.Meta));
        _incoming = null;
    }

    private void Install(IncomingSnapshot incoming)
    {
        var meta = incoming.Meta;
        _incoming = null;
        if (meta.Index <= _commit || _log.Holds(meta.Index, meta.Term))
        {
            // The log goes on past it: to apply what is in it costs less than to take the snapshot in.
            SetCommit(meta.Index);
            _outputs.Enqueue(new DropSnapshot(meta));
        }
        else
        {
            _log.Reset(meta.Index, meta.Term);
            _configurations.Reset(meta.Index, meta.Configuration);
            _snapshot = meta;
            (_commit, _handedOut) = (meta.Index, meta.Index);
            _applying.Clear();
            _applyingBytes = 0;
            _resetTo = meta;
            _outputs.Enqueue(new RestoreSnapshot(meta));
            TellConfiguration();
        }

        Hold(new SnapshotResponse(Id, incoming.From, Term, meta.Index, incoming.Offset, incoming.Received, IsInstalled: true));
    }
}
