using Skerry.Primitives;

namespace Skerry.Raft.Core;

/// <summary>What a member does for its leader.</summary>
internal sealed partial class RaftCore
{
    private void Follow(ulong leader)
    {
        // Two leaders in one term: somebody voted twice, or lost what it had promised.
        Invariant.That(!IsLeader);
        if (_role != RaftRole.Follower || _leader != leader) BecomeFollower(Term, leader);
        _promisedUntil = _now + _options.ElectionTimeout;
        ResetElectionTimer();
    }

    private void OnAppend(Append append)
    {
        Follow(append.From);
        var previous = append.PreviousIndex;
        var skipped = 0;
        if (previous < _commit)
        {
            // What is committed is the same in every leader's log; some of it may be compacted away here.
            skipped = (int)Math.Min(_commit - previous, (ulong)append.Entries.Count);
            previous += (ulong)skipped;
        }
        else if (!_log.Holds(previous, append.PreviousTerm))
        {
            Reject(append);
            return;
        }

        for (var i = skipped; i < append.Entries.Count; i++) Take(append.Entries[i]);
        var match = Math.Max(_commit, previous + (ulong)(append.Entries.Count - skipped));
        SetCommit(Math.Min(append.Commit, match));
        Hold(new AppendResponse(Id, append.From, Term, IsTaken: true, match, 0, 0, append.Round));
    }

    private void Take(RaftEntry entry)
    {
        if (entry.Index <= _log.LastIndex)
        {
            if (_log.Holds(entry.Index, entry.Term)) return;
            Invariant.That(entry.Index > _commit);
            _log.TruncateFrom(entry.Index);
            if (_configurations.TruncateFrom(entry.Index)) TellConfiguration();
        }

        _log.Append(entry);
        if (entry.Configuration is { } configuration) AdoptConfiguration(entry.Index, configuration);
    }

    /// <summary>Says where the logs may agree at most: the leader skips whole terms that way instead of asking entry by entry.</summary>
    private void Reject(Append append)
    {
        var hint = _log.LastNotAbove(append.PreviousIndex, append.PreviousTerm);
        Invariant.That(_log.TryTermAt(hint, out var hintTerm));
        HoldForState(new AppendResponse(Id, append.From, Term, IsTaken: false, append.PreviousIndex, hint, hintTerm, append.Round));
    }

    private void OnHeartbeat(Heartbeat heartbeat)
    {
        Follow(heartbeat.From);
        // The leader names no more than this member acknowledged as durable; if the log is shorter, the disk has lost some of it.
        SetCommit(heartbeat.Commit);
        if (heartbeat.Round != 0) HoldForState(new HeartbeatResponse(Id, heartbeat.From, Term, heartbeat.Round));
    }
}
