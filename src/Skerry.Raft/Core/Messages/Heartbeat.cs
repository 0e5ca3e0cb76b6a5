namespace Skerry.Raft.Core;

/// <summary>Says that the leader is there.</summary>
/// <param name="From">The leader.</param>
/// <param name="To">The peer.</param>
/// <param name="Term">The leader's term.</param>
/// <param name="Commit">The commit index, no higher than what the peer has acknowledged.</param>
/// <param name="Round">Counts the leader's rounds of heartbeats; 0: only the commit index is new, and no answer is wanted.</param>
internal sealed record Heartbeat(ulong From, ulong To, ulong Term, ulong Commit, ulong Round) : RaftMessage(From, To, Term);
