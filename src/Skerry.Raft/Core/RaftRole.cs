namespace Skerry.Raft.Core;

/// <summary>What a member does.</summary>
internal enum RaftRole
{
    /// <summary>Follows a leader, or waits for one. An observer is always this.</summary>
    Follower,

    /// <summary>Asks whether it would win an election, before it disturbs anybody with one.</summary>
    PreCandidate,

    /// <summary>Stands for election.</summary>
    Candidate,

    /// <summary>Leads.</summary>
    Leader,
}
