using Skerry.Raft.Core;

namespace Skerry.Simulation;

/// <summary>One thing that is written to a <see cref="RaftDisk"/>.</summary>
internal readonly record struct RaftRecord(RaftRecordKind Kind, ulong Index = 0, RaftEntry? Entry = null, HardState State = default);
