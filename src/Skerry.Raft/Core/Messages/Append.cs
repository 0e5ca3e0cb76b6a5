namespace Skerry.Raft.Core;

/// <summary>Entries for a peer's log (the paper, figure 2).</summary>
/// <param name="From">The leader.</param>
/// <param name="To">The peer.</param>
/// <param name="Term">The leader's term.</param>
/// <param name="PreviousIndex">The entry before them.</param>
/// <param name="PreviousTerm">Its term.</param>
/// <param name="Entries">They follow each other from there.</param>
/// <param name="Commit">The leader's commit index.</param>
/// <param name="Round">The newest round of heartbeats when it was sent; the answer proves as much as a heartbeat's.</param>
internal sealed record Append(ulong From, ulong To, ulong Term, ulong PreviousIndex, ulong PreviousTerm, IReadOnlyList<RaftEntry> Entries, ulong Commit, ulong Round)
    : RaftMessage(From, To, Term);
