namespace Skerry.Raft.Core;

/// <summary>
/// The snapshot that was just written counts: to be made this node's own, durably, and taken into the state machine, before what comes next. The
/// <see cref="Persist"/> that resets the log follows.
/// </summary>
internal sealed record RestoreSnapshot(SnapshotMeta Meta) : RaftOutput;
