namespace Skerry.Raft.Core;

/// <summary>A part of a snapshot has come: to be written (the last: durably), then <see cref="RaftCore.SnapshotWritten"/>. Offset 0 begins a new file.</summary>
internal sealed record WriteSnapshot(SnapshotMeta Meta, long Offset, ReadOnlyMemory<byte> Data, bool IsLast) : RaftOutput;
