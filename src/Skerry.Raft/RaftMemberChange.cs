namespace Skerry.Raft;

/// <summary>A change to one member of a group.</summary>
/// <param name="Kind">What.</param>
/// <param name="Id">Whom.</param>
/// <param name="Node">A newcomer's node; unused otherwise.</param>
public readonly record struct RaftMemberChange(RaftMemberChangeKind Kind, ulong Id, string Node = "");
