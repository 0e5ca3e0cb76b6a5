using Skerry.Libp2p;

namespace Skerry.Tunnel;

/// <summary>What is known of how a node is reached: its own word, as the mesh spreads it.</summary>
/// <param name="Node">The node.</param>
/// <param name="Group">Its group.</param>
/// <param name="Addresses">Where it listens, with its peer id at the end, and with <c>/p2p-circuit</c> the relays at which it holds a reservation.</param>
/// <param name="IsRelay">Whether it carries traffic for others.</param>
/// <param name="Zone">Its failure domain; empty: not said.</param>
public sealed record NodeRoutes(string Node, string Group, IReadOnlyList<Multiaddr> Addresses, bool IsRelay, string Zone);
