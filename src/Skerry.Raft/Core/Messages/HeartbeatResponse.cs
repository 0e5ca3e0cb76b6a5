namespace Skerry.Raft.Core;

/// <summary>Answers <see cref="Heartbeat"/>.</summary>
internal sealed record HeartbeatResponse(ulong From, ulong To, ulong Term, ulong Round) : RaftMessage(From, To, Term);
