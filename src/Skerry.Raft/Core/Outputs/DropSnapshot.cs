namespace Skerry.Raft.Core;

/// <summary>The snapshot that was coming, or was just written, is not needed.</summary>
internal sealed record DropSnapshot(SnapshotMeta Meta) : RaftOutput;
