namespace Skerry.Raft.Core;

/// <summary>
/// To be made durable, in the order of the sequence numbers; one flush may serve many. Then <see cref="RaftCore.Persisted"/>. What must wait for it comes out
/// only after that.
/// </summary>
/// <param name="Sequence">From 1, without gaps.</param>
/// <param name="Reset">The log is empty and goes on after this snapshot, which is durable already; null: it stays.</param>
/// <param name="Entries">They take the place of everything from the first of them on.</param>
/// <param name="State">Term and vote; null: as they were. Written behind the entries, since it may promise what they hold.</param>
internal sealed record Persist(ulong Sequence, SnapshotMeta? Reset, IReadOnlyList<RaftEntry> Entries, HardState? State) : RaftOutput;
