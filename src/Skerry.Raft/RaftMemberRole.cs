namespace Skerry.Raft;

/// <summary>What a member of a group is.</summary>
public enum RaftMemberRole
{
    /// <summary>It votes, and counts for a majority.</summary>
    Voter,

    /// <summary>It has the full log and no vote.</summary>
    Observer,
}
