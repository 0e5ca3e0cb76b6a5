using Skerry.Primitives;

namespace Skerry.Raft.Core;

/// <summary>Elections.</summary>
internal sealed partial class RaftCore
{
    private readonly SortedDictionary<ulong, bool> _votes = [];

    /// <summary>Whether a leader was heard so lately that it may still rely on this member: no vote against it until then.</summary>
    private bool HasFreshLeader => IsLeader || _now < _promisedUntil;

    /// <summary>
    /// A voter has a log: founders begin with one, others are promoted when theirs is full. One that finds it empty has lost it, and with it what it
    /// acknowledged: its vote could elect a leader that lacks what is committed.
    /// </summary>
    private bool HasLostItsLog => _log.LastIndex == 0;

    /// <summary>
    /// Whether it may stand for election. One whom the newest configuration gives no vote may, until that is committed: it may be the only one that has it, and
    /// the others' logs too short to win against its own (the thesis, 4.2.2). It does not count its own vote then, and makes room once it is committed.
    /// </summary>
    private bool MayCampaign => Configuration.IsVoter(Id) || (ConfigurationIndex > _commit && _configurations.Previous.IsVoter(Id));

    private void Campaign()
    {
        ResetElectionTimer();
        if (HasLostItsLog) return;
        if (IsAlone)
        {
            StandForElection(isTransfer: false);
            return;
        }

        BecomeFollower(Term, 0);
        _role = RaftRole.PreCandidate;
        _votes[Id] = true;
        foreach (var peer in OtherVoters()) Send(new PreVote(Id, peer, Term, _log.LastIndex, _log.LastTerm));
    }

    private void StandForElection(bool isTransfer)
    {
        Invariant.That(!IsLeader && MayCampaign);
        ResetElectionTimer();
        _votes.Clear();
        _state = new HardState(Term + 1, Id);
        _isStateDirty = true;
        _role = RaftRole.Candidate;
        _leader = 0;
        // Its own vote counts when it is durable, like any other.
        Hold(new VoteResponse(Id, Id, Term, IsGranted: true));
        foreach (var peer in OtherVoters()) Hold(new Vote(Id, peer, Term, _log.LastIndex, _log.LastTerm, isTransfer));
    }

    private void OnPreVote(PreVote ask)
    {
        var isGranted = ask.Term >= Term && !HasFreshLeader && !HasLostItsLog && IsUpToDate(ask.LastIndex, ask.LastTerm);
        HoldForState(new PreVoteResponse(Id, ask.From, Term, ask.Term, isGranted));
    }

    private void OnPreVoteResponse(PreVoteResponse answer)
    {
        if (!answer.IsGranted && answer.Term > Term)
        {
            BecomeFollower(answer.Term, 0);
            return;
        }

        if (_role != RaftRole.PreCandidate || answer.Asked != Term) return;
        _votes[answer.From] = answer.IsGranted;
        if (HasWon()) StandForElection(isTransfer: false);
        else if (HasNoChance()) BecomeFollower(Term, 0);
    }

    private void OnVote(Vote ask)
    {
        var mayVote = _state.Vote == ask.From || (_state.Vote == 0 && _leader == 0);
        var isGranted = mayVote && !HasLostItsLog && IsUpToDate(ask.LastIndex, ask.LastTerm);
        if (isGranted && _state.Vote == 0)
        {
            _state = _state with { Vote = ask.From };
            _isStateDirty = true;
        }

        if (isGranted) ResetElectionTimer();
        Hold(new VoteResponse(Id, ask.From, Term, isGranted));
    }

    private void OnVoteResponse(VoteResponse answer)
    {
        if (_role != RaftRole.Candidate) return;
        _votes[answer.From] = answer.IsGranted;
        if (HasWon()) BecomeLeader();
        else if (HasNoChance()) BecomeFollower(Term, 0);
    }

    private void OnTimeoutNow()
    {
        if (IsLeader || !MayCampaign || HasLostItsLog) return;
        StandForElection(isTransfer: true);
    }

    private bool IsUpToDate(ulong lastIndex, ulong lastTerm) => lastTerm > _log.LastTerm || (lastTerm == _log.LastTerm && lastIndex >= _log.LastIndex);

    private bool HasWon() => Configuration.HasQuorum(id => _votes.TryGetValue(id, out var isGranted) && isGranted);

    private bool HasNoChance() => !Configuration.HasQuorum(id => !_votes.TryGetValue(id, out var isGranted) || isGranted);

    private IEnumerable<ulong> OtherVoters()
    {
        foreach (var member in Configuration.Members)
        {
            if (member.Id != Id && (member.VotesInOld || member.VotesInNew)) yield return member.Id;
        }
    }
}
