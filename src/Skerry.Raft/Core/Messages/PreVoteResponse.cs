namespace Skerry.Raft.Core;

/// <summary>Answers <see cref="PreVote"/>.</summary>
/// <param name="From">The sender.</param>
/// <param name="To">The receiver.</param>
/// <param name="Term">The sender's own term.</param>
/// <param name="Asked">The term of the question.</param>
/// <param name="IsGranted">The answer.</param>
internal sealed record PreVoteResponse(ulong From, ulong To, ulong Term, ulong Asked, bool IsGranted) : RaftMessage(From, To, Term);
