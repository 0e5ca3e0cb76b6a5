namespace Skerry.Raft.Core;

/// <summary>A part of a snapshot has come: to be written, then <see cref="RaftCore.SnapshotWritten"/>.</summary>
/// <param name="Ticket">Comes back in the answer.</param>
/// <param name="Meta">Of which snapshot.</param>
/// <param name="Offset">Where the part goes, bytes; 0 begins a new file.</param>
/// <param name="Data">The part.</param>
/// <param name="IsLast">Whether the snapshot is whole with it: to be made durable.</param>
internal sealed record WriteSnapshot(ulong Ticket, SnapshotMeta Meta, long Offset, ReadOnlyMemory<byte> Data, bool IsLast) : RaftOutput;
