using Skerry.Primitives;

namespace Skerry.Raft.Core;

/// <summary>What goes to the disk, and what waits for it.</summary>
internal sealed partial class RaftCore
{
    private readonly List<(ulong After, RaftMessage Message)> _held = [];
    private SnapshotMeta? _resetTo;
    private bool _isStateDirty;
    private ulong _sequence;
    private ulong _stateSequence;
    private ulong _persisted;

    private bool IsDirty => _isStateDirty || _resetTo is not null || _log.NextToPersist <= _log.LastIndex;

    /// <summary>Everything up to this <see cref="Persist.Sequence"/> is durable.</summary>
    public void Persisted(ulong sequence, Instant now)
    {
        Enter(now);
        Invariant.That(sequence <= _sequence);
        if (sequence <= _persisted) return;
        _persisted = sequence;
        _log.Persisted(sequence);
        Release();
        if (IsLeader) TryCommit();
    }

    /// <summary>Sends a message as soon as all that is in the log and the state now is durable.</summary>
    private void Hold(RaftMessage message) => HoldUntil(IsDirty ? _sequence + 1 : _sequence, message);

    /// <summary>Sends a message as soon as term and vote are durable.</summary>
    private void HoldForState(RaftMessage message) => HoldUntil(_isStateDirty ? _sequence + 1 : _stateSequence, message);

    private void HoldUntil(ulong sequence, RaftMessage message)
    {
        if (sequence <= _persisted) Send(message);
        else _held.Add((sequence, message));
    }

    private void Release()
    {
        var due = _held.FindAll(held => held.After <= _persisted);
        if (due.Count == 0) return;
        _held.RemoveAll(held => held.After <= _persisted);
        AppendResponse? joined = null;
        foreach (var (_, message) in due)
        {
            // Only what the last answer of many says counts.
            if (joined is not null && message is AppendResponse { IsTaken: true } next && next.To == joined.To && next.Term == joined.Term)
            {
                joined = joined with { Match = Math.Max(joined.Match, next.Match), Round = Math.Max(joined.Round, next.Round) };
                continue;
            }

            if (joined is not null) ReleaseOne(joined);
            joined = message as AppendResponse is { IsTaken: true } taken ? taken : null;
            if (joined is null) ReleaseOne(message);
        }

        if (joined is not null) ReleaseOne(joined);
    }

    private void ReleaseOne(RaftMessage message)
    {
        // What it said in a term that is over interests nobody.
        if (message.Term < Term) return;
        if (message.To != Id) Send(message);
        else if (message is VoteResponse vote) OnVoteResponse(vote);
    }

    private void FlushPersist()
    {
        if (!IsDirty) return;
        _sequence++;
        if (_isStateDirty) _stateSequence = _sequence;
        _outputs.Enqueue(new Persist(_sequence, _resetTo, _log.TakeUnpersisted(_sequence), _isStateDirty ? _state : null));
        _isStateDirty = false;
        _resetTo = null;
    }
}
