namespace Skerry.Raft.Core;

/// <summary>A read cannot be answered: there is no leader, or it was lost meanwhile.</summary>
internal sealed record ReadRefused(ulong Id, Refusal Refusal) : RaftOutput;
