using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Net;
using System.Threading.Channels;

using Microsoft.Extensions.Logging;

namespace Skerry.Gossip;

/// <summary>
/// Membership of one group by SWIM with Lifeguard, on the wire of memberlist and Serf: sockets and timers around the core.
/// </summary>
public sealed class GossipNode : IAsyncDisposable
{
    /// <summary>A node that does nothing until <see cref="StartAsync"/>.</summary>
    public GossipNode(GossipOptions options, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters) => throw new NotImplementedException();

    /// <summary>Name of this node.</summary>
    public string Name => throw new NotImplementedException();

    /// <summary>The address others reach this node's gossip at; known once started.</summary>
    public IPEndPoint LocalAddress => throw new NotImplementedException();

    /// <summary>Every member known, itself included, in ordinal order of the names: an immutable snapshot, replaced at each change.</summary>
    public ImmutableSortedDictionary<string, Member> Members => throw new NotImplementedException();

    /// <summary>Lifeguard's local health: 0 is well, up to 7.</summary>
    public int HealthScore => throw new NotImplementedException();

    /// <summary>This node's own coordinate.</summary>
    public Coordinate Coordinate => throw new NotImplementedException();

    /// <summary>The last known coordinate of a member, this node included; null when none is known.</summary>
    public Coordinate? CoordinateOf(string member) => throw new NotImplementedException();

    /// <summary>Binds the sockets and starts the protocol; rejoins from the snapshot in the background when there is one.</summary>
    /// <exception cref="GossipException">The address is in use or cannot be bound; the message says what to do.</exception>
    public Task StartAsync(CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Every change from now on, in order, to one reader; unsubscribed by cancelling the enumeration.</summary>
    public IAsyncEnumerable<MembershipEvent> WatchAsync(CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Joins through each of <c>host</c>, <c>host:port</c>, <c>name/host:port</c>, <c>[v6]:port</c>.</summary>
    /// <returns>How many of them answered.</returns>
    /// <exception cref="GossipException">None answered; the message lists each with its reason.</exception>
    public Task<int> JoinAsync(IReadOnlyList<string> addresses, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Says goodbye, waits until that was gossiped (at most 5 s), then stops taking part.</summary>
    public Task LeaveAsync(CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Turns a failed member into a left one everywhere; with <paramref name="prune"/> it is forgotten at once.</summary>
    /// <returns>False when no such member is known.</returns>
    public Task<bool> ForceLeaveAsync(string member, bool prune, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Replaces what this node says of itself.</summary>
    /// <exception cref="GossipException">More than 512 bytes encoded.</exception>
    public Task SetTagsAsync(ImmutableSortedDictionary<string, string> tags, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>The largest payload <see cref="TrySendDatagram"/> carries in one packet, bytes.</summary>
    public int MaxDatagramPayload => throw new NotImplementedException();

    /// <summary>Sends an application message to a Skerry member in one UDP packet: may be lost, never waits.</summary>
    /// <returns>False when the member is unknown or the payload too large.</returns>
    public bool TrySendDatagram(string member, ReadOnlySpan<byte> payload) => throw new NotImplementedException();

    /// <summary>Sends an application message of up to 20 MiB to a Skerry member over one TCP exchange.</summary>
    /// <returns>False when the member is unknown, could not be reached or did not take it in time.</returns>
    public Task<bool> SendStreamAsync(string member, ReadOnlyMemory<byte> payload, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Application messages as they arrive; bounded, the oldest dropped and counted when the reader is slow.</summary>
    public ChannelReader<ApplicationMessage> ApplicationMessages => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
