namespace Skerry.Raft.Core;

/// <summary>A part of a snapshot.</summary>
/// <param name="From">The leader.</param>
/// <param name="To">The peer.</param>
/// <param name="Term">The leader's term.</param>
/// <param name="Meta">The snapshot.</param>
/// <param name="Offset">Where the part begins, bytes.</param>
/// <param name="Data">The part.</param>
/// <param name="IsLast">Whether it is the last.</param>
internal sealed record SnapshotChunk(ulong From, ulong To, ulong Term, SnapshotMeta Meta, long Offset, ReadOnlyMemory<byte> Data, bool IsLast) : RaftMessage(From, To, Term);
