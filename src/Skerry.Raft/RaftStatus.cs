using System.Collections.Immutable;

namespace Skerry.Raft;

/// <summary>How a node sees its group. Role, term, leader and members are as of the last change; counts are at most a heartbeat old.</summary>
/// <param name="Id">This member's id.</param>
/// <param name="Role">What this node does.</param>
/// <param name="Term">The latest term it has seen.</param>
/// <param name="LeaderId">Who leads; 0: not known.</param>
/// <param name="Leader">The leader's node; null: not known.</param>
/// <param name="Members">Everybody, by id; empty before the group is founded or this node was added.</param>
/// <param name="FirstIndex">The first entry of its log.</param>
/// <param name="LastIndex">The last entry of its log.</param>
/// <param name="LastTerm">The term of that entry; 0: there is none.</param>
/// <param name="CommitIndex">Up to where the log is agreed on, as far as it knows.</param>
/// <param name="AppliedIndex">Up to where the state machine has taken it.</param>
/// <param name="SnapshotIndex">The last entry in the newest snapshot; 0: none.</param>
/// <param name="LogBytes">Bytes of the entries in the log.</param>
/// <param name="IsDiskFull">Whether the log waits for room.</param>
/// <param name="Failure">Why the node has stopped itself; null while it runs.</param>
public sealed record RaftStatus(
    ulong Id,
    RaftNodeRole Role,
    ulong Term,
    ulong LeaderId,
    string? Leader,
    ImmutableArray<RaftMemberStatus> Members,
    ulong FirstIndex,
    ulong LastIndex,
    ulong LastTerm,
    ulong CommitIndex,
    ulong AppliedIndex,
    ulong SnapshotIndex,
    long LogBytes,
    bool IsDiskFull,
    Exception? Failure)
{
    /// <summary>Whether this node leads.</summary>
    public bool IsLeader => Role == RaftNodeRole.Leader;
}
