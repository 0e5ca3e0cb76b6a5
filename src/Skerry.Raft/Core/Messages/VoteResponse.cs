namespace Skerry.Raft.Core;

/// <summary>Answers <see cref="Vote"/>.</summary>
internal sealed record VoteResponse(ulong From, ulong To, ulong Term, bool IsGranted) : RaftMessage(From, To, Term);
