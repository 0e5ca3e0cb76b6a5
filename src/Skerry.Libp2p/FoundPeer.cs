namespace Skerry.Libp2p;

/// <summary>A peer that was found. Where it is, is its word; who it is gets proved when it is dialled.</summary>
/// <param name="Peer">Who.</param>
/// <param name="Addresses">Where, without the peer id at the end; may be empty when it comes from the DHT.</param>
/// <param name="Source">How.</param>
public sealed record FoundPeer(PeerId Peer, IReadOnlyList<Multiaddr> Addresses, DiscoverySource Source);
