namespace Skerry.Manifest;

/// <summary>How a node sees the group's log.</summary>
/// <param name="Cluster">The group's number; not 0.</param>
/// <param name="Member">This node's number; not 0.</param>
/// <param name="Leader">The leader's number; 0 where none is known.</param>
/// <param name="Term">The term.</param>
/// <param name="Committed">The newest entry known to stay.</param>
/// <param name="Applied">The newest entry applied here.</param>
/// <param name="IsLearner">Whether this node has no vote.</param>
public readonly record struct ManifestLogStatus(ulong Cluster, ulong Member, ulong Leader, ulong Term, ulong Committed, ulong Applied, bool IsLearner)
{
    /// <summary>How long no leader has been known; zero while one is.</summary>
    public TimeSpan Silence { get; init; }

    /// <summary>Whether this node leads.</summary>
    public bool IsLeader => Leader != 0 && Leader == Member;
}
