namespace Skerry.Raft.Core;

/// <summary>How a leader sends to a peer.</summary>
internal enum ProgressState
{
    /// <summary>It does not know where the logs agree: one append at a time, until one is taken.</summary>
    Probe,

    /// <summary>It knows: appends follow each other without waiting for answers.</summary>
    Replicate,

    /// <summary>The peer needs entries that are compacted away: it gets the snapshot, then the rest.</summary>
    Snapshot,
}
