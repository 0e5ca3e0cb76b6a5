namespace Skerry.Manifest;

/// <summary>What becomes of a group that one of its nodes brings back alone.</summary>
/// <param name="Refusal">Why it is not; <see cref="RecoveryRefusal.None"/>: it may be, or was.</param>
/// <param name="Nodes">The servers that the refusal is about; without one, those that are given up.</param>
/// <param name="LastIndex">The last entry of this node's log: it becomes valid, whether it was acknowledged or not.</param>
/// <param name="LastTerm">That entry's term.</param>
/// <param name="CommitIndex">Up to where this node knows the log to be agreed on.</param>
/// <param name="Others">Other nodes that are there and belong to the old group: they must begin anew with empty disks.</param>
public sealed record GroupRecovery(RecoveryRefusal Refusal, IReadOnlyList<string> Nodes, ulong LastIndex, ulong LastTerm, ulong CommitIndex, IReadOnlyList<string> Others);
