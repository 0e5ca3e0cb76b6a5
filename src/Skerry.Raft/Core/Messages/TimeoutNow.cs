namespace Skerry.Raft.Core;

/// <summary>The leader asks a peer to stand for election at once (the thesis, 3.10).</summary>
internal sealed record TimeoutNow(ulong From, ulong To, ulong Term) : RaftMessage(From, To, Term);
