using Skerry.Primitives;

namespace Skerry.Raft.Core;

/// <summary>A snapshot on its way to one peer, part by part; the next goes when the last is written there.</summary>
/// <param name="meta">The snapshot.</param>
internal sealed class SnapshotTransfer(SnapshotMeta meta)
{
    public SnapshotMeta Meta { get; } = meta;

    /// <summary>Bytes that the peer has.</summary>
    public long Offset { get; set; }

    /// <summary>Whether the part from there on has been asked for, or is under way.</summary>
    public bool IsUnderWay { get; set; }

    /// <summary>When it is asked for again if nothing is heard.</summary>
    public Instant RetryAt { get; set; }
}
