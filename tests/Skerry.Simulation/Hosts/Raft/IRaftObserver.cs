using Skerry.Raft.Core;

namespace Skerry.Simulation;

/// <summary>Sees what a <see cref="RaftHost"/> does, at the moment it does it.</summary>
internal interface IRaftObserver
{
    /// <summary>Entries go into the log of a member.</summary>
    void Appended(RaftHost host, IReadOnlyList<RaftEntry> entries);

    /// <summary>A message leaves.</summary>
    void Sent(RaftHost host, RaftMessage message);

    /// <summary>An entry was applied.</summary>
    void Applied(RaftHost host, RaftEntry entry, ulong stateHash);

    /// <summary>A snapshot was restored.</summary>
    void Restored(RaftHost host, SnapshotMeta meta, ulong stateHash);

    /// <summary>Up to where some member has held the log to be committed.</summary>
    ulong Committed { get; }

    /// <summary>A read may be answered when an index is applied.</summary>
    /// <param name="host">Where.</param>
    /// <param name="index">The index.</param>
    /// <param name="committed">What was committed when the read began.</param>
    void ReadReady(RaftHost host, ulong index, ulong committed);

    /// <summary>A role, term or leader has changed.</summary>
    void RoleChanged(RaftHost host, RoleChanged change);
}
