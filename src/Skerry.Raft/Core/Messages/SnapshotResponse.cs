namespace Skerry.Raft.Core;

/// <summary>Answers <see cref="SnapshotChunk"/> once the part is written.</summary>
/// <param name="From">The peer.</param>
/// <param name="To">The leader.</param>
/// <param name="Term">The peer's term.</param>
/// <param name="Index">The snapshot.</param>
/// <param name="Offset">The part that is answered.</param>
/// <param name="Received">Where to go on.</param>
/// <param name="IsInstalled">Whether the peer has all that the snapshot stands for, durably.</param>
internal sealed record SnapshotResponse(ulong From, ulong To, ulong Term, ulong Index, long Offset, long Received, bool IsInstalled) : RaftMessage(From, To, Term);
