using Skerry.Primitives;

namespace Skerry.Raft.Core;

/// <summary>Heartbeats in rounds, and what rests on their answers: linearizable reads and the lease (the thesis, 6.4).</summary>
internal sealed partial class RaftCore
{
    private readonly List<PendingRead> _waitingReads = [];
    private readonly List<PendingRead> _roundReads = [];
    private readonly List<(ulong WireId, ulong Id, Instant Deadline)> _forwarded = [];
    private readonly Queue<(ulong Round, Instant At)> _roundTimes = new();
    private ulong _readNonce;
    private ulong _round;
    private ulong _readsRound;
    private ulong _readsIndex;
    private Instant _leaseUntil;
    private bool _isLeaseForgone;

    /// <summary>Whether the leader may answer reads on its lease.</summary>
    public bool HasLease => IsLeader && !_isLeaseForgone && _commit >= _termStart && (_now < _leaseUntil || IsAlone);

    /// <summary>
    /// Asks up to where to apply before a read may be answered as if there were one copy of the state. Any member may be asked: those that do not lead ask the
    /// leader. <see cref="ReadReady"/> or <see cref="ReadRefused"/> answers, in the end always.
    /// </summary>
    /// <param name="id">Comes back in the answer.</param>
    /// <param name="mode">What the leader rests on.</param>
    /// <param name="now">The time.</param>
    public Refusal ReadIndex(ulong id, ReadMode mode, Instant now)
    {
        Enter(now);
        if (IsLeader) return TryQueue(new PendingRead(Id, id, mode)) ? Refusal.None : Refusal.TooMuchInFlight;
        if (_leader == 0) return Refusal.NotLeader;
        if (_forwarded.Count >= RaftCoreOptions.MaxReads) return Refusal.TooMuchInFlight;
        // An answer to the same number out of an earlier life would be too old: numbers begin anywhere.
        _forwarded.Add((++_readNonce, id, now + (2 * _options.ElectionTimeout)));
        Send(new ReadRequest(Id, _leader, Term, _readNonce, mode));
        return Refusal.None;
    }

    private void OnReadRequest(ReadRequest ask)
    {
        if (IsLeader && TryQueue(new PendingRead(ask.From, ask.Id, ask.Mode))) return;
        HoldForState(new ReadResponse(Id, ask.From, Term, ask.Id, 0));
    }

    private void OnReadResponse(ReadResponse answer)
    {
        var place = _forwarded.FindIndex(read => read.WireId == answer.Id);
        if (place < 0) return;
        var id = _forwarded[place].Id;
        _forwarded.RemoveAt(place);
        _outputs.Enqueue(answer.Index == 0 ? new ReadRefused(id, Refusal.NotLeader) : new ReadReady(id, answer.Index));
    }

    private void ExpireForwardedReads()
    {
        while (_forwarded.Count > 0 && _forwarded[0].Deadline <= _now)
        {
            _outputs.Enqueue(new ReadRefused(_forwarded[0].Id, Refusal.LeaderLost));
            _forwarded.RemoveAt(0);
        }
    }

    private bool TryQueue(PendingRead read)
    {
        if (_waitingReads.Count + _roundReads.Count >= RaftCoreOptions.MaxReads) return false;
        _waitingReads.Add(read);
        return true;
    }

    private void StartRounds()
    {
        _round = 0;
        _readsRound = 0;
        _roundTimes.Clear();
        _leaseUntil = Instant.Origin;
        _isLeaseForgone = false;
        Beat();
    }

    private void Beat()
    {
        _heartbeatAt = _now + _options.HeartbeatInterval;
        StartRound(isForReads: false);
    }

    /// <summary>Nothing rests on an observer's answer: reads do not ask it, and it hears of a leader that is well more seldom.</summary>
    private void StartRound(bool isForReads)
    {
        _round++;
        _roundTimes.Enqueue((_round, _now));
        foreach (var peer in _peers.Values)
        {
            if (!(peer.IsObserver && (isForReads || IsQuiet(peer)))) Send(new Heartbeat(Id, peer.Id, Term, Math.Min(_commit, peer.Match), _round));
        }

        OnRoundAnswered();
    }

    /// <summary>Answers what a quorum's answers allow. A round that a quorum has answered proves that nobody else led when it began.</summary>
    private void OnRoundAnswered()
    {
        if (!IsLeader) return;
        var answered = QuorumValue(peer => peer.AckedRound, _round);
        while (_roundTimes.TryPeek(out var oldest) && oldest.Round <= answered)
        {
            _roundTimes.Dequeue();
            _leaseUntil = Instant.Max(_leaseUntil, oldest.At + _options.LeaseDuration);
        }

        if (_readsRound == 0 || _readsRound > answered) return;
        foreach (var read in _roundReads) Answer(read, _readsIndex);
        _roundReads.Clear();
        _readsRound = 0;
    }

    /// <summary>Before the first entry of its term is committed, a leader does not know what is (the paper, section 8): reads wait for that.</summary>
    private void FlushReads()
    {
        if (_waitingReads.Count == 0 || _commit < _termStart) return;
        if (HasLease)
        {
            foreach (var read in _waitingReads.Where(read => read.Mode == ReadMode.Lease)) Answer(read, _commit);
            _waitingReads.RemoveAll(read => read.Mode == ReadMode.Lease);
        }

        if (_readsRound != 0 || _waitingReads.Count == 0) return;
        _roundReads.AddRange(_waitingReads);
        _waitingReads.Clear();
        (_readsRound, _readsIndex) = (_round + 1, _commit);
        StartRound(isForReads: true);
    }

    private void Answer(PendingRead read, ulong index)
    {
        if (read.From == Id)
        {
            _outputs.Enqueue(new ReadReady(read.Id, index));
            return;
        }

        Send(new ReadResponse(Id, read.From, Term, read.Id, index));
        Await(read.From, index);
    }

    private void RefuseReads()
    {
        foreach (var read in _roundReads.Concat(_waitingReads))
        {
            if (read.From == Id) _outputs.Enqueue(new ReadRefused(read.Id, Refusal.LeaderLost));
            else HoldForState(new ReadResponse(Id, read.From, Term, read.Id, 0));
        }

        _roundReads.Clear();
        _waitingReads.Clear();
        _readsRound = 0;
    }
}
