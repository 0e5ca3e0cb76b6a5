namespace Skerry.Raft;

/// <summary>What a node does in its group.</summary>
public enum RaftNodeRole
{
    /// <summary>It follows a leader, or waits for one.</summary>
    Follower,

    /// <summary>It stands for election.</summary>
    Candidate,

    /// <summary>It leads.</summary>
    Leader,
}
