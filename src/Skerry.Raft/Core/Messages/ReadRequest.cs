namespace Skerry.Raft.Core;

/// <summary>A follower asks the leader up to where it must have applied before it may answer a read.</summary>
internal sealed record ReadRequest(ulong From, ulong To, ulong Term, ulong Id, ReadMode Mode) : RaftMessage(From, To, Term);
