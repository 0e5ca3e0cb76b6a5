namespace Skerry.Manifest;

/// <summary>How a member fares.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Node">Its node.</param>
/// <param name="IsVoter">Whether it has a vote.</param>
/// <param name="IsLeader">Whether it leads.</param>
/// <param name="IsAlive">Whether membership sees it.</param>
/// <param name="IsReachable">Whether it answered just now.</param>
public sealed record GroupMemberReport(ulong Id, string Node, bool IsVoter, bool IsLeader, bool IsAlive, bool IsReachable)
{
    /// <summary>The term it is in; 0: it did not answer.</summary>
    public ulong Term { get; init; }

    /// <summary>The last entry of its log; where it did not answer, up to where the leader knows it, and 0 where no leader says so.</summary>
    public ulong LastIndex { get; init; }

    /// <summary>The term of that entry; 0: not known.</summary>
    public ulong LastTerm { get; init; }

    /// <summary>Entries it lacks of the leader's log; null: no leader answered.</summary>
    public ulong? Lag { get; init; }

    /// <summary>How long the leader has not heard it; null of the leader itself, and where none answered.</summary>
    public TimeSpan? Silence { get; init; }

    /// <summary>How long it has been there and sound without a break, as the leader counts; null: it is not, or no leader says.</summary>
    public TimeSpan? Sound { get; init; }

    /// <summary>The entry its state stands after; 0: it did not answer.</summary>
    public ulong HashIndex { get; init; }

    /// <summary>The hash of that state: members at the same entry must have the same.</summary>
    public ulong Hash { get; init; }

    /// <summary>Nodes whose state was found not to be like this member's at one entry of the log: in a sound group there are none.</summary>
    public IReadOnlyList<string> Differs { get; init; } = [];

    /// <summary>Whether it acknowledges what it has not flushed, as benchmarks may have it.</summary>
    public bool IsUnsafe { get; init; }
}
