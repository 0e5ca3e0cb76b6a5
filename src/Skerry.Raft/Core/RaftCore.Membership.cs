using Skerry.Primitives;

namespace Skerry.Raft.Core;

/// <summary>Changes of the members (the thesis, chapter 4; the paper, section 6) and of the leader.</summary>
internal sealed partial class RaftCore
{
    private ulong _transferTarget;
    private Instant _transferUntil = Instant.Never;
    private bool _isTransferAsked;

    /// <summary>
    /// Changes members, all changes at once. Newcomers begin as observers; who is to vote must have caught up. More than one voter at a time goes through a
    /// joint configuration, which the leader (or its successor) leaves by itself. Done when <see cref="ConfigurationChanged"/> says so.
    /// </summary>
    /// <param name="changes">One a member.</param>
    /// <param name="alwaysJoint">Whether to take the way of two steps even for one voter.</param>
    /// <param name="now">The time.</param>
    public CommandResult ChangeMembers(IReadOnlyList<MemberChange> changes, bool alwaysJoint, Instant now)
    {
        Enter(now);
        if (!IsLeader) return new CommandResult(Refusal.NotLeader);
        if (_transferTarget != 0) return new CommandResult(Refusal.TransferUnderWay);
        // Until then it might take a configuration of an earlier leader for the newest (Ongaro on raft-dev, 2015).
        if (_commit < _termStart) return new CommandResult(Refusal.NotReady);
        if (ConfigurationIndex > _commit) return new CommandResult(Refusal.ChangeUnderWay);
        var refusal = Configuration.TryChange(changes, alwaysJoint, out var changed);
        if (refusal != Refusal.None) return new CommandResult(refusal);
        if (changes.Any(change => change.Kind == MemberChangeKind.Promote && !IsCaughtUp(change.Id))) return new CommandResult(Refusal.NotCaughtUp);
        AppendConfiguration(changed);
        return new CommandResult(Refusal.None, ConfigurationIndex, Term);
    }

    /// <summary>Hands leadership to another voter. Proposals are refused until it has it, or has not taken it within an election timeout.</summary>
    public Refusal TransferTo(ulong id, Instant now)
    {
        Enter(now);
        if (!IsLeader) return Refusal.NotLeader;
        if (id == Id) return Refusal.NoChange;
        if (_transferTarget != 0) return Refusal.TransferUnderWay;
        if (!Configuration.TryFind(id, out var member) || !member.VotesInNew || !_peers.TryGetValue(id, out var peer)) return Refusal.UnknownMember;
        _transferTarget = id;
        _transferUntil = now + _options.ElectionTimeout;
        _isTransferAsked = false;
        GoOnWithTransfer(peer);
        return Refusal.None;
    }

    private bool IsCaughtUp(ulong id) =>
        _peers.TryGetValue(id, out var peer) && peer.State == ProgressState.Replicate && peer.Match + _options.PromotionLag >= Math.Min(_commit, DueOf(peer))
        && peer.HeardAt + _options.ElectionTimeout > _now;

    private void GoOnWithTransfer(Progress peer)
    {
        if (peer.Id != _transferTarget || _isTransferAsked || peer.Match < _log.LastIndex) return;
        _isTransferAsked = true;
        AskToTakeOver(peer.Id);
    }

    private void AskToTakeOver(ulong id)
    {
        // Its election does not wait until this leader's lease is over, and may begin at any time in this term: the message can be late.
        _isLeaseForgone = true;
        Send(new TimeoutNow(Id, id, Term));
    }

    private void AbortTransfer()
    {
        _outputs.Enqueue(new TransferAborted(_transferTarget));
        _transferTarget = 0;
        _transferUntil = Instant.Never;
    }

    private void AppendConfiguration(RaftConfiguration configuration)
    {
        var entry = RaftEntry.Change(_log.LastIndex + 1, Term, configuration);
        _log.Append(entry);
        AdoptConfiguration(entry.Index, configuration);
        foreach (var id in _peers.Keys.Where(id => !configuration.TryFind(id, out _)).ToArray()) _peers.Remove(id);
        AddPeers();
        if (_transferTarget != 0 && !_peers.ContainsKey(_transferTarget)) AbortTransfer();
    }

    private void AdoptConfiguration(ulong index, RaftConfiguration configuration)
    {
        _configurations.Add(index, configuration);
        TellConfiguration();
    }

    private void TellConfiguration() => _outputs.Enqueue(new ConfigurationChanged(Configuration, ConfigurationIndex, ConfigurationIndex <= _commit));

    /// <summary>A joint configuration that is committed is left; a leader that has no vote in a committed one any more makes room.</summary>
    private void GoOnWithChange()
    {
        if (ConfigurationIndex > _commit) return;
        if (Configuration.IsJoint) AppendConfiguration(Configuration.Settled());
        else if (!Configuration.IsVoter(Id)) MakeRoom();
    }

    private void MakeRoom()
    {
        Progress? best = null;
        foreach (var peer in _peers.Values)
        {
            if (Configuration.IsVoter(peer.Id) && peer.HeardAt + _options.ElectionTimeout > _now && (best is null || peer.Match > best.Match)) best = peer;
        }

        if (best is not null) AskToTakeOver(best.Id);
        BecomeFollower(Term, 0);
    }
}
