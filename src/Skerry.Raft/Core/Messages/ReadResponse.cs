namespace Skerry.Raft.Core;

/// <summary>Answers <see cref="ReadRequest"/>.</summary>
/// <param name="From">The leader, or who was taken for it.</param>
/// <param name="To">Who asked.</param>
/// <param name="Term">The sender's term.</param>
/// <param name="Id">The question's.</param>
/// <param name="Index">Up to where to apply; 0: the one asked does not lead (any more).</param>
internal sealed record ReadResponse(ulong From, ulong To, ulong Term, ulong Id, ulong Index) : RaftMessage(From, To, Term);
