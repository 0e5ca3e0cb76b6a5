namespace Skerry.Raft.Core;

/// <summary>What the core wants done, in order.</summary>
internal abstract record RaftOutput;
