using Skerry.Primitives;

namespace Skerry.Libp2p.Core.Kademlia;

/// <summary>A node of the routing table.</summary>
/// <param name="peer">Who.</param>
/// <param name="place">Where it stands among all keys.</param>
internal sealed class RoutingEntry(PeerId peer, KadKey place)
{
    public PeerId Peer => peer;

    public KadKey Place => place;

    /// <summary>Where it is.</summary>
    public IReadOnlyList<Multiaddr> Addresses { get; set; } = [];

    /// <summary>When it last answered, or was met.</summary>
    public Instant LastSeen { get; set; }

    /// <summary>Requests it has not answered since then. Who fails is named to nobody, but kept and asked again: it may be this node that was cut off.</summary>
    public int Failures { get; set; }

    /// <summary>When to ask again who fails, or whether it is there still; never while nothing is in doubt.</summary>
    public Instant CheckAt { get; set; } = Instant.Never;

    public bool IsFailing => Failures > 0;

    public PeerAddresses Describe() => new(peer, Addresses);
}
