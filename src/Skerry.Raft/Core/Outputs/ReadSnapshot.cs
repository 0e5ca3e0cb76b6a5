namespace Skerry.Raft.Core;

/// <summary>A part of the snapshot is wanted for a peer: <see cref="RaftCore.SnapshotRead"/> or, where it is no longer there, <see cref="RaftCore.SnapshotGone"/>.</summary>
/// <param name="Peer">For whom.</param>
/// <param name="Index">Of which snapshot.</param>
/// <param name="Offset">From where on, bytes.</param>
/// <param name="MaxBytes">The most.</param>
internal sealed record ReadSnapshot(ulong Peer, ulong Index, long Offset, int MaxBytes) : RaftOutput;
