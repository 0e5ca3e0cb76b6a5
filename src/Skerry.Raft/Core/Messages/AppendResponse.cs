namespace Skerry.Raft.Core;

/// <summary>Answers <see cref="Append"/>: where taken, once everything up to <see cref="Match"/> is durable.</summary>
/// <param name="From">The peer.</param>
/// <param name="To">The leader.</param>
/// <param name="Term">The peer's term.</param>
/// <param name="IsTaken">Whether the logs agree.</param>
/// <param name="Match">Taken: up to where they do. Else: the entry before the append, which the peer does not have.</param>
/// <param name="HintIndex">Not taken: the last entry of the peer that may agree with the leader's.</param>
/// <param name="HintTerm">Its term.</param>
/// <param name="Round">The append's.</param>
internal sealed record AppendResponse(ulong From, ulong To, ulong Term, bool IsTaken, ulong Match, ulong HintIndex, ulong HintTerm, ulong Round) : RaftMessage(From, To, Term);
