using Skerry.Primitives;

namespace Skerry.Libp2p.Core.Kademlia;

/// <summary>A request to a node that is not answered yet.</summary>
/// <param name="Peer">Which, and where it was thought to be.</param>
/// <param name="Query">What for; null: to see whether it is there.</param>
/// <param name="Kind">Asked or told.</param>
/// <param name="Deadline">When it has failed.</param>
internal sealed record KadRequest(PeerAddresses Peer, KadQuery? Query, KadOutputKind Kind, Instant Deadline);
