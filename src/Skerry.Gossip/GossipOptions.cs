using System.Collections.Immutable;
using System.Net;

namespace Skerry.Gossip;

/// <summary>How a <see cref="GossipNode"/> runs. Immutable; a variant is <c>options with { ... }</c>.</summary>
public sealed record GossipOptions
{
    /// <summary>This node's name, unique in the group; letters, digits, '.' and '-', at most 128.</summary>
    public required string NodeName { get; init; }

    /// <summary>Where UDP and TCP listen. Port 0 takes a free one.</summary>
    public IPEndPoint Bind { get; init; } = new(IPAddress.Loopback, 7946);

    /// <summary>The address others are told to use; null: the bound one.</summary>
    public IPEndPoint? Advertise { get; init; }

    /// <summary>The timers' profile.</summary>
    public GossipProfile Profile { get; init; } = GossipProfile.Lan;

    /// <summary>What the node says of itself; at most 512 bytes encoded.</summary>
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>AES keys of 16, 24 or 32 bytes, the primary first. Empty: gossip is in clear.</summary>
    public ImmutableArray<ReadOnlyMemory<byte>> Keys { get; init; } = [];

    /// <summary>
    /// File the keys are kept in once members change them: a JSON array of base64 texts, the primary first, as Serf has it. When it is there it counts,
    /// and <see cref="Keys"/> do not. Null: changes are lost at a restart.
    /// </summary>
    public string? KeyringPath { get; init; }

    /// <summary>File the known members are kept in, to rejoin from after a crash; null: none.</summary>
    public string? SnapshotPath { get; init; }

    /// <summary>Rejoin from the snapshot even after a graceful leave.</summary>
    public bool RejoinAfterLeave { get; init; }

    /// <summary>A failed member is forgotten after this.</summary>
    public TimeSpan ReconnectTimeout { get; init; } = TimeSpan.FromHours(24);

    /// <summary>A member that left is forgotten after this.</summary>
    public TimeSpan TombstoneTimeout { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The name of a node that died may be taken by another address after this; zero: only once it has left or was forced out.</summary>
    public TimeSpan DeadNodeReclaimTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Seed of this node's random choices; null: a random one.</summary>
    public ulong? Seed { get; init; }
}
