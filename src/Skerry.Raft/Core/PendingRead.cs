namespace Skerry.Raft.Core;

/// <summary>A read that a leader has not answered yet.</summary>
/// <param name="From">The follower that asks; the leader's own id: a read of its own.</param>
/// <param name="Id">The question's.</param>
/// <param name="Mode">How sure it must be.</param>
internal readonly record struct PendingRead(ulong From, ulong Id, ReadMode Mode);
