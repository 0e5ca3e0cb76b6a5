using System.Collections.Immutable;

using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Core;

/// <summary>What a core is told once.</summary>
internal sealed record GossipCoreOptions
{
    /// <summary>This node's name.</summary>
    public required string Name { get; init; }

    /// <summary>The address others are told.</summary>
    public required NodeAddress Address { get; init; }

    /// <summary>
    /// Packets leave from <see cref="Address"/> itself, so that those who get a ping know where to answer without being told: 43 bytes less of each.
    /// </summary>
    public bool SendsFromAddress { get; init; }

    /// <summary>What the node says of itself at the start.</summary>
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The timers.</summary>
    public GossipTiming Timing { get; init; } = GossipTiming.Lan;

    /// <summary>Bytes of a packet that encryption takes, 0 in clear.</summary>
    public int EncryptionOverhead { get; init; }

    /// <summary>A failed member is forgotten after this.</summary>
    public TimeSpan ReconnectTimeout { get; init; } = TimeSpan.FromHours(24);

    /// <summary>A member that left is forgotten after this.</summary>
    public TimeSpan TombstoneTimeout { get; init; } = TimeSpan.FromHours(24);

    /// <summary>A dead node's name may be taken by another address after this; zero: never.</summary>
    public TimeSpan DeadNodeReclaimTime { get; init; }

    /// <summary>Clocks saved before a crash: member, event, query.</summary>
    public (ulong Member, ulong Event, ulong Query) SavedClocks { get; init; }
}
