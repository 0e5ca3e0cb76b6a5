using Skerry.Libp2p;

namespace Skerry.Tunnel;

/// <summary>The tunnel of a node at one moment.</summary>
/// <param name="Node">The node.</param>
/// <param name="Peer">Its peer id.</param>
/// <param name="Listening">Where it listens.</param>
/// <param name="Announced">Where it tells others that it is reached.</param>
/// <param name="IsRelay">Whether it carries traffic for others.</param>
/// <param name="Relays">The relays it knows.</param>
/// <param name="Paths">Its connections.</param>
/// <param name="Sessions">Sessions it asked for and is asked for.</param>
public sealed record TunnelStatus(
    string Node,
    PeerId Peer,
    IReadOnlyList<Multiaddr> Listening,
    IReadOnlyList<Multiaddr> Announced,
    bool IsRelay,
    IReadOnlyList<RelayStatus> Relays,
    IReadOnlyList<PathStatus> Paths,
    int Sessions);
