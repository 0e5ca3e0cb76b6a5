namespace Skerry.Raft;

/// <summary>One of those who found a group.</summary>
/// <param name="Id">Its <see cref="RaftNode.Id"/>.</param>
/// <param name="Node">The node's name.</param>
public readonly record struct RaftFounder(ulong Id, string Node);
