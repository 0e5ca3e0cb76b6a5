namespace Skerry.Raft.Core;

/// <summary>These are committed: to be applied in order, then <see cref="RaftCore.Applied"/>.</summary>
internal sealed record ApplyEntries(IReadOnlyList<RaftEntry> Entries) : RaftOutput;
