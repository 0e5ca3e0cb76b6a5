namespace Skerry.Libp2p;

/// <summary>A peer and where it is said to be. Who it is gets proved when it is dialled; until then this is somebody's word.</summary>
/// <param name="Peer">Who.</param>
/// <param name="Addresses">Where, without the peer id at the end; may be empty.</param>
public sealed record PeerAddresses(PeerId Peer, IReadOnlyList<Multiaddr> Addresses);
