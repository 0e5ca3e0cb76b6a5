namespace Skerry.Raft;

/// <summary>How a node takes part in its group. Times are the same on all nodes of a group.</summary>
public sealed record RaftOptions
{
    /// <summary>The group's name: a directory of another group is refused.</summary>
    public required string Group { get; init; }

    /// <summary>This node's name: a directory of another node is refused.</summary>
    public required string Node { get; init; }

    /// <summary>
    /// Silence after which a leader is given up; each member draws anew between this and twice this. At least five times <see cref="HeartbeatInterval"/>; default 400 ms, for a LAN and a
    /// disk that flushes within 50 ms.
    /// </summary>
    public TimeSpan ElectionTimeout { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>Time between a leader's heartbeats; at least 10 ms, default 80 ms.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(80);

    /// <summary>
    /// How long what is to be sent to observers gathers at the leader, for each observer there is, so that it goes out in one message: their state is up to so much older than a voter's, unless
    /// somebody waits for it there. Zero: it goes at once. Default 5 ms.
    /// </summary>
    public TimeSpan ObserverInterval { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>How long it gathers at most, however many they are; default 100 ms.</summary>
    public TimeSpan MaxObserverInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The largest command, bytes; at most 4 MiB, default 2 MiB.</summary>
    public int MaxCommandBytes { get; init; } = 2 << 20;

    /// <summary>Bytes of log after which a snapshot is taken and the log compacted, or a quarter of the last snapshot where that is more; at least 4 KiB, default 64 MiB.</summary>
    public long SnapshotBytes { get; init; } = 64 << 20;

    /// <summary>Entries that stay in the log behind a snapshot, so that who was away for a moment needs no snapshot; default 5000.</summary>
    public int TrailingEntries { get; init; } = 5000;

    /// <summary>Bytes of a segment of the log; 4 KiB to 1 GiB, default 16 MiB.</summary>
    public int SegmentSize { get; init; } = 16 << 20;

    /// <summary>The seed of random choices, a different one at each start; null: a random one.</summary>
    public ulong? Seed { get; init; }
}
