using Skerry.Libp2p;

namespace Skerry.Tunnel;

/// <summary>What is known of how a node is reached: its own word, as the mesh spreads it.</summary>
/// <param name="Node">The node.</param>
/// <param name="Group">Its group.</param>
/// <param name="Addresses">Where it listens, with its peer id at the end, and with <c>/p2p-circuit</c> the relays at which it holds a reservation.</param>
/// <param name="IsRelay">Whether it carries traffic for others.</param>
/// <param name="Zone">Its failure domain; empty: not said.</param>
/// <param name="Load">How much of what it may carry as a relay is in use, percent in coarse steps: 0 to 100, 100 when it has no room.</param>
public sealed record NodeRoutes(string Node, string Group, IReadOnlyList<Multiaddr> Addresses, bool IsRelay, string Zone, int Load = 0);
