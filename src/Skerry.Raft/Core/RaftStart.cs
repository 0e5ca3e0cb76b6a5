namespace Skerry.Raft.Core;

/// <summary>What a member finds on its disk when it starts.</summary>
/// <param name="State">Term and vote.</param>
/// <param name="Snapshot">The newest snapshot, already restored into the state machine; <see cref="SnapshotMeta.None"/> when there is none.</param>
/// <param name="Log">The entries.</param>
/// <param name="HandedOut">Up to where entries were handed to the state machine since, by a core that this one takes the place of; they are committed. 0: none.</param>
internal sealed record RaftStart(HardState State, SnapshotMeta Snapshot, ILogView Log, ulong HandedOut = 0);
