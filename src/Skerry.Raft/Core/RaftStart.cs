namespace Skerry.Raft.Core;

/// <summary>What a member finds on its disk when it starts.</summary>
/// <param name="State">Term and vote.</param>
/// <param name="Snapshot">The newest snapshot, already restored into the state machine; <see cref="SnapshotMeta.None"/> when there is none.</param>
/// <param name="Log">The entries.</param>
internal sealed record RaftStart(HardState State, SnapshotMeta Snapshot, ILogView Log);
