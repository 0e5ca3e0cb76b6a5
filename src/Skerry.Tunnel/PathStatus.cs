using Skerry.Libp2p;

namespace Skerry.Tunnel;

/// <summary>A connection to a node.</summary>
/// <param name="Node">The node; null: the peer has not said which it is.</param>
/// <param name="Peer">Its peer id.</param>
/// <param name="Kind">Direct or relayed.</param>
/// <param name="Address">Where.</param>
/// <param name="IsDialler">Whether this node dialled.</param>
/// <param name="Security">What protects it.</param>
/// <param name="RoundTrip">The last measured one; zero: none yet.</param>
/// <param name="Sessions">Sessions that ride it.</param>
public sealed record PathStatus(string? Node, PeerId Peer, PathKind Kind, Multiaddr Address, bool IsDialler, string Security, TimeSpan RoundTrip, int Sessions);
