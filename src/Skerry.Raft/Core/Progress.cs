using Skerry.Primitives;

namespace Skerry.Raft.Core;

/// <summary>What a leader knows of one peer. Always: <see cref="Match"/> &lt; <see cref="Next"/>.</summary>
internal sealed class Progress(ulong id, ulong next, Instant now, RaftCoreOptions options)
{
    public ulong Id { get; } = id;

    /// <summary>Up to here the peer's log is durable and the same as the leader's. Never falls within a term.</summary>
    public ulong Match { get; private set; }

    /// <summary>The next entry to send.</summary>
    public ulong Next { get; private set; } = next;

    public ProgressState State { get; private set; } = ProgressState.Probe;

    /// <summary>Probe: whether one is under way.</summary>
    public bool IsProbing { get; set; }

    /// <summary>Replicate: whether to ask if what was sent has come, as nothing was heard of it since the last heartbeat.</summary>
    public bool IsNudgeDue { get; set; }

    /// <summary>Replicate: what is not answered yet.</summary>
    public Inflights Inflights { get; } = new(options.MaxInflightMessages, options.MaxInflightBytes);

    /// <summary>Snapshot: the transfer.</summary>
    public SnapshotTransfer? Transfer { get; private set; }

    /// <summary>Whether it has no vote.</summary>
    public bool IsObserver { get; set; }

    /// <summary>An entry that somebody waits for at the peer: as soon as it is committed, the peer is to hear so.</summary>
    public ulong Awaited { get; set; }

    /// <summary>When it was last heard.</summary>
    public Instant HeardAt { get; private set; } = now;

    /// <summary>The newest round of heartbeats it has answered.</summary>
    public ulong AckedRound { get; private set; }

    /// <summary>The newest commit index it was told.</summary>
    public ulong SentCommit { get; set; }

    private ulong MatchAtHeartbeat { get; set; }

    public void Heard(Instant now, ulong round)
    {
        HeardAt = now;
        AckedRound = Math.Max(AckedRound, round);
    }

    /// <summary>Its log agrees up to an index.</summary>
    /// <returns>Whether that is news.</returns>
    public bool Accepted(ulong index)
    {
        var isNews = index > Match;
        Match = Math.Max(Match, index);
        Next = Math.Max(Next, Match + 1);
        Inflights.FreeTo(Match);
        switch (State)
        {
            case ProgressState.Probe:
                StartReplicating();
                break;
            case ProgressState.Snapshot when Transfer is { } transfer && Match >= transfer.Meta.Index:
                StartReplicating();
                break;
        }

        return isNews;
    }

    /// <summary>It does not have the entry before an append.</summary>
    /// <param name="rejected">That entry.</param>
    /// <param name="agreedAtMost">Where the logs may agree at most.</param>
    /// <returns>False when the answer is an old one.</returns>
    public bool Rejected(ulong rejected, ulong agreedAtMost)
    {
        switch (State)
        {
            case ProgressState.Replicate when rejected > Match:
                StartProbing(Math.Min(rejected, agreedAtMost + 1));
                return true;
            case ProgressState.Probe when rejected == Next - 1 && rejected > Match:
                StartProbing(Math.Min(rejected, agreedAtMost + 1));
                return true;
            default:
                return false;
        }
    }

    /// <summary>Entries up to an index were sent.</summary>
    public void Sent(ulong lastIndex, int bytes)
    {
        if (State == ProgressState.Probe)
        {
            IsProbing = true;
            return;
        }

        Inflights.Add(lastIndex, bytes);
        Next = lastIndex + 1;
    }

    /// <summary>A heartbeat was answered: what is not answered for longer than that may be lost.</summary>
    public void Beaten()
    {
        IsProbing = false;
        IsNudgeDue = State == ProgressState.Replicate && Match + 1 < Next && Match == MatchAtHeartbeat;
        MatchAtHeartbeat = Match;
    }

    public void StartSnapshot(SnapshotMeta meta)
    {
        State = ProgressState.Snapshot;
        Transfer = new SnapshotTransfer(meta);
        Next = Math.Max(meta.Index, Match) + 1;
        Inflights.Clear();
    }

    private void StartReplicating()
    {
        State = ProgressState.Replicate;
        Next = Match + 1;
        IsProbing = false;
        Transfer = null;
        Inflights.Clear();
    }

    private void StartProbing(ulong next)
    {
        State = ProgressState.Probe;
        Next = Math.Max(next, Match + 1);
        IsProbing = false;
        IsNudgeDue = false;
        Inflights.Clear();
    }
}
