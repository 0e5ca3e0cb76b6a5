namespace Skerry.Raft;

/// <summary>What may be changed of a member.</summary>
public enum RaftMemberChangeKind
{
    /// <summary>A newcomer: it begins as an observer, always.</summary>
    Add,

    /// <summary>An observer that has caught up becomes a voter.</summary>
    Promote,

    /// <summary>A voter becomes an observer.</summary>
    Demote,

    /// <summary>A member goes.</summary>
    Remove,
}
