namespace Skerry.Libp2p;

/// <summary>What a peer says of itself (libp2p identify/README.md). Its id is proved, the rest is its word.</summary>
/// <param name="Peer">Who it is.</param>
/// <param name="AgentVersion">What it calls itself; empty when it does not say.</param>
/// <param name="ProtocolVersion">The family of networks it belongs to; empty when it does not say.</param>
/// <param name="Protocols">What it speaks.</param>
/// <param name="Addresses">Where it says it listens.</param>
/// <param name="Observed">Where it sees this node at; null when it does not say.</param>
public sealed record PeerInfo(
    PeerId Peer, string AgentVersion, string ProtocolVersion, IReadOnlyList<string> Protocols, IReadOnlyList<Multiaddr> Addresses, Multiaddr? Observed);
