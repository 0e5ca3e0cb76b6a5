namespace Skerry.Raft.Core;

/// <summary>How a member behaves; the same in all members of a group, as far as times go.</summary>
internal sealed record RaftCoreOptions
{
    /// <summary>This member.</summary>
    public required ulong Id { get; init; }

    /// <summary>
    /// Silence after which a leader is given up: each member draws anew between this and twice this. Until it has passed since a leader was last heard,
    /// nobody votes for another; leases rest on that.
    /// </summary>
    public TimeSpan ElectionTimeout { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>Time between heartbeats; a fifth of <see cref="ElectionTimeout"/> lets four be lost.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(80);

    /// <summary>
    /// The most that a clock runs fast or slow, as a share; quartz keeps within 0.0001. A lease is shorter than the election timeout by twice this.
    /// </summary>
    public double MaxClockDrift { get; init; } = 0.01;

    /// <summary>Payload of one append, bytes; a single larger entry goes alone.</summary>
    public int MaxMessageBytes { get; init; } = 512 << 10;

    /// <summary>Appends to one peer that are not answered yet.</summary>
    public int MaxInflightMessages { get; init; } = 256;

    /// <summary>Bytes in them; one append more may be sent while the sum is below it.</summary>
    public int MaxInflightBytes { get; init; } = 8 << 20;

    /// <summary>The largest command, bytes.</summary>
    public int MaxCommandBytes { get; init; } = 2 << 20;

    /// <summary>Bytes proposed and not yet committed, or not yet durable at the leader, from which on proposals are refused.</summary>
    public long MaxPendingBytes { get; init; } = 64 << 20;

    /// <summary>Bytes handed out to be applied and not reported as applied yet, from which on no more is handed out.</summary>
    public int MaxApplyingBytes { get; init; } = 4 << 20;

    /// <summary>Durable entries kept in memory for peers that are a little behind, bytes.</summary>
    public long CacheBytes { get; init; } = 16 << 20;

    /// <summary>Bytes of one part of a snapshot.</summary>
    public int SnapshotChunkBytes { get; init; } = 256 << 10;

    /// <summary>Entries that an observer may be behind the commit index when it is promoted.</summary>
    public ulong PromotionLag { get; init; } = 128;

    /// <summary>
    /// How long what is to be sent to observers that keep up gathers, for each observer there is, so that it goes out in one message and all of them together cost no more than so many
    /// messages a second; zero: it goes at once, as to a voter.
    /// </summary>
    public TimeSpan ObserverInterval { get; init; }

    /// <summary>How long it gathers at most, however many they are.</summary>
    public TimeSpan MaxObserverInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Bytes of entries that gather for observers at most; then they go out before the interval is over.</summary>
    public int ObserverBytes { get; init; } = 256 << 10;

    /// <summary>Reads that wait for an answer; more are refused.</summary>
    public const int MaxReads = 65536;

    /// <summary>How long a leader may rely on a quorum's answer, from when it asked.</summary>
    public TimeSpan LeaseDuration => ElectionTimeout * (1 - (2 * MaxClockDrift));
}
