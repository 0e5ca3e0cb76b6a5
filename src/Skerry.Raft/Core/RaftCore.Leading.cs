using Skerry.Primitives;

namespace Skerry.Raft.Core;

/// <summary>What a leader does: replication, commitment, heartbeats.</summary>
internal sealed partial class RaftCore
{
    private readonly SortedDictionary<ulong, Progress> _peers = [];
    private readonly Queue<(ulong Index, long Bytes)> _proposed = new();
    private long _pendingBytes;
    private ulong _termStart;
    private Instant _heartbeatAt = Instant.Never;
    private List<RaftEntry>? _lastRead;

    /// <summary>Appends commands to the log, all or none.</summary>
    /// <param name="commands">At least one.</param>
    /// <param name="now">The time.</param>
    /// <returns>Where the first stands; the others follow it.</returns>
    public CommandResult Propose(IReadOnlyList<ReadOnlyMemory<byte>> commands, Instant now)
    {
        Enter(now);
        if (!IsLeader) return new CommandResult(Refusal.NotLeader);
        if (_transferTarget != 0) return new CommandResult(Refusal.TransferUnderWay);
        ForgetProposed();
        if (_pendingBytes >= _options.MaxPendingBytes) return new CommandResult(Refusal.TooMuchInFlight);
        var bytes = 0L;
        foreach (var command in commands)
        {
            if (command.Length > _options.MaxCommandBytes) return new CommandResult(Refusal.TooLarge);
            bytes += RaftEntry.Overhead + command.Length;
        }

        var first = _log.LastIndex + 1;
        foreach (var command in commands) _log.Append(RaftEntry.Command(_log.LastIndex + 1, Term, command));
        _proposed.Enqueue((_log.LastIndex, bytes));
        _pendingBytes += bytes;
        _gatheredBytes += bytes;
        return new CommandResult(Refusal.None, first, Term);
    }

    /// <summary>How far a peer has come, and should have by now, for people; null: this member does not lead, or there is no such peer.</summary>
    public (ulong Match, ulong Due, Instant HeardAt)? ProgressOf(ulong id) => _peers.TryGetValue(id, out var peer) ? (peer.Match, DueOf(peer), peer.HeardAt) : null;

    private void BecomeLeader()
    {
        _role = RaftRole.Leader;
        _leader = Id;
        _votes.Clear();
        _peers.Clear();
        _termStart = _log.LastIndex + 1;
        ForgetGathered();
        AddPeers();
        StartRounds();
        _log.Append(RaftEntry.Empty(_termStart, Term));
    }

    private void EndLeadership()
    {
        RefuseReads();
        _peers.Clear();
        _proposed.Clear();
        _pendingBytes = 0;
        _heartbeatAt = Instant.Never;
        _gatheredAt = Instant.Never;
        _transferTarget = 0;
        _transferUntil = Instant.Never;
    }

    /// <summary>Those that the members in force make peers, each with or without a vote.</summary>
    private void AddPeers()
    {
        foreach (var member in Configuration.Members)
        {
            if (member.Id == Id) continue;
            if (!_peers.TryGetValue(member.Id, out var peer)) _peers[member.Id] = peer = new Progress(member.Id, _log.LastIndex + 1, _now, _options);
            peer.IsObserver = member.Role == MemberRole.Observer;
        }

        SetObserverInterval();
    }

    private void AdvanceLeader()
    {
        if (_transferUntil <= _now) AbortTransfer();
        if (_heartbeatAt > _now) return;
        // Heard of a quorum: of itself right now, so what counts is the others.
        var heard = QuorumValue(peer => (ulong)Math.Max(0, peer.HeardAt.Ticks), (ulong)Math.Max(0, _now.Ticks));
        if (new Instant((long)heard) + _options.ElectionTimeout <= _now)
        {
            BecomeFollower(Term, 0);
            return;
        }

        Beat();
    }

    private void OnAppendResponse(AppendResponse answer)
    {
        if (!IsLeader || !_peers.TryGetValue(answer.From, out var peer)) return;
        peer.Heard(_now, answer.Round);
        if (!answer.IsTaken)
        {
            var agreed = answer.HintIndex < _log.BaseIndex ? answer.HintIndex : _log.LastNotAbove(answer.HintIndex, answer.HintTerm);
            peer.Rejected(answer.Match, agreed);
        }
        else if (answer.Match <= _log.LastIndex && peer.Accepted(answer.Match))
        {
            TryCommit();
            GoOnWithTransfer(peer);
        }

        OnRoundAnswered();
    }

    private void OnHeartbeatResponse(HeartbeatResponse answer)
    {
        if (!IsLeader || !_peers.TryGetValue(answer.From, out var peer)) return;
        peer.Heard(_now, answer.Round);
        peer.Beaten();
        OnRoundAnswered();
    }

    /// <summary>
    /// Commits what a quorum has on disk, this member's own included as soon as it is there; only up to an entry of its own term, since one of an earlier term
    /// can be replaced even though a quorum has it (the paper, figure 8).
    /// </summary>
    private void TryCommit()
    {
        if (!IsLeader) return;
        var reached = QuorumValue(peer => peer.Match, _log.DurableIndex);
        if (reached <= _commit || reached < _termStart) return;
        SetCommit(reached);
        GoOnWithChange();
    }

    /// <summary>What is committed, and durable here too, no longer counts as being in flight: a leader whose disk is stuck must not collect it all in memory.</summary>
    private void ForgetProposed()
    {
        var done = Math.Min(_commit, _log.DurableIndex);
        while (_proposed.TryPeek(out var oldest) && oldest.Index <= done)
        {
            _proposed.Dequeue();
            _pendingBytes -= oldest.Bytes;
        }
    }

    /// <summary>The greatest value that a quorum has reached.</summary>
    private ulong QuorumValue(Func<Progress, ulong> value, ulong own)
    {
        var reached = QuorumValue(Configuration.OldVoters.AsSpan(), value, own);
        return Configuration.IsJoint ? Math.Min(reached, QuorumValue(Configuration.NewVoters.AsSpan(), value, own)) : reached;
    }

    private ulong QuorumValue(ReadOnlySpan<ulong> voters, Func<Progress, ulong> value, ulong own)
    {
        var values = voters.Length <= 16 ? stackalloc ulong[voters.Length] : new ulong[voters.Length];
        for (var i = 0; i < values.Length; i++) values[i] = voters[i] == Id ? own : _peers.TryGetValue(voters[i], out var peer) ? value(peer) : 0;
        return Quorum.Reached(values);
    }

    private void FlushLeader()
    {
        FlushReads();
        var isOver = TryEndGathering();
        foreach (var peer in _peers.Values)
        {
            if (isOver || !MayWait(peer)) Replicate(peer);
            else if (HasNews(peer)) Gather();
        }

        _lastRead = null;
    }

    private void Replicate(Progress peer)
    {
        switch (peer.State)
        {
            case ProgressState.Probe:
                if (!peer.IsProbing) SendAppend(peer);
                break;
            case ProgressState.Replicate:
                if (peer.IsNudgeDue || LacksWordOnly(peer)) SendAppend(peer, isEmpty: true);
                peer.IsNudgeDue = false;
                while (peer.State == ProgressState.Replicate && peer.Next <= _log.LastIndex && !peer.Inflights.IsFull) SendAppend(peer);
                break;
        }

        if (peer.State == ProgressState.Snapshot) DriveSnapshot(peer);
        var known = Math.Min(_commit, peer.Match);
        if (peer.State != ProgressState.Replicate || peer.SentCommit >= known) return;
        peer.SentCommit = known;
        Send(new Heartbeat(Id, peer.Id, Term, known, Round: 0));
    }

    private void SendAppend(Progress peer, bool isEmpty = false)
    {
        var previous = peer.Next - 1;
        if (!_log.TryTermAt(previous, out var previousTerm))
        {
            peer.StartSnapshot(_snapshot);
            return;
        }

        var entries = isEmpty ? [] : ReadFrom(peer.Next);
        var last = previous + (ulong)entries.Count;
        Send(new Append(Id, peer.Id, Term, previous, previousTerm, entries, _commit, _round));
        if (peer.State == ProgressState.Replicate) peer.SentCommit = Math.Max(peer.SentCommit, Math.Min(_commit, last));
        if (!isEmpty) peer.Sent(last, entries.Sum(entry => entry.Size));
    }

    /// <summary>Entries for a peer; most peers are at the same place, and share one list.</summary>
    private List<RaftEntry> ReadFrom(ulong index)
    {
        if (index > _log.LastIndex) return [];
        if (_lastRead is null || _lastRead[0].Index != index) _lastRead = _log.Read(index, _log.LastIndex, _options.MaxMessageBytes);
        return _lastRead;
    }
}
