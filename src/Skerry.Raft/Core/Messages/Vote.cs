namespace Skerry.Raft.Core;

/// <summary>Asks for a vote (the paper, figure 2).</summary>
/// <param name="From">The candidate.</param>
/// <param name="To">The voter.</param>
/// <param name="Term">The term to lead.</param>
/// <param name="LastIndex">The candidate's last entry.</param>
/// <param name="LastTerm">Its term.</param>
/// <param name="IsTransfer">Whether the leader itself wants it: then a vote is given even though that leader was just heard.</param>
internal sealed record Vote(ulong From, ulong To, ulong Term, ulong LastIndex, ulong LastTerm, bool IsTransfer) : RaftMessage(From, To, Term);
