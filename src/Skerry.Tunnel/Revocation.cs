using Skerry.Libp2p;

namespace Skerry.Tunnel;

/// <summary>A node, or a peer, that is believed no more.</summary>
/// <param name="Node">Its name: what was issued for it until <paramref name="Revoked"/> holds no more, what is issued later does. Empty: the peer is meant.</param>
/// <param name="Peer">Its peer id, for good. Empty: the node is meant.</param>
/// <param name="Revoked">When.</param>
public sealed record Revocation(string Node, PeerId Peer, DateTimeOffset Revoked);
