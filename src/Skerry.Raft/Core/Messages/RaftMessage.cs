namespace Skerry.Raft.Core;

/// <summary>What members say to each other.</summary>
/// <param name="From">The sender's id.</param>
/// <param name="To">The receiver's id: a node whose disk was replaced does not take what was meant for the one it had.</param>
/// <param name="Term">The sender's term.</param>
internal abstract record RaftMessage(ulong From, ulong To, ulong Term);
