using Skerry.Libp2p;

namespace Skerry.Tunnel;

/// <summary>A relay that the operator names.</summary>
/// <param name="Node">Its node's name.</param>
/// <param name="Addresses">Where it is reached.</param>
public sealed record RelayNode(string Node, IReadOnlyList<Multiaddr> Addresses);
