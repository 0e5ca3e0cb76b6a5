namespace Skerry.Raft.Core;

/// <summary>The member's role, its term or the leader it knows has changed.</summary>
/// <param name="Role">What it is now.</param>
/// <param name="Term">Its term.</param>
/// <param name="Leader">Who leads; 0: not known.</param>
internal sealed record RoleChanged(RaftRole Role, ulong Term, ulong Leader) : RaftOutput;
