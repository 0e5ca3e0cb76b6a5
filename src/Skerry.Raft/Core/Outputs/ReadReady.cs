namespace Skerry.Raft.Core;

/// <summary>A read may be answered as soon as everything up to an index is applied.</summary>
internal sealed record ReadReady(ulong Id, ulong Index) : RaftOutput;
