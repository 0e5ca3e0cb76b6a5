namespace Skerry.Raft.Core;

/// <summary>Asks whether one would get a vote in the next term; changes nothing at either side (the thesis, 9.6).</summary>
internal sealed record PreVote(ulong From, ulong To, ulong Term, ulong LastIndex, ulong LastTerm) : RaftMessage(From, To, Term);
