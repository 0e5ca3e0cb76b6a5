namespace Skerry.Raft.Core;

/// <summary>The peer did not take over in time: this member leads on.</summary>
internal sealed record TransferAborted(ulong Target) : RaftOutput;
