namespace Skerry.Raft.Core;

/// <summary>A change to one member.</summary>
internal enum MemberChangeKind
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
