using Skerry.Libp2p;

namespace Skerry.Tunnel;

/// <summary>How a node would be reached.</summary>
/// <param name="Node">The node.</param>
/// <param name="Peer">Its peer id; empty: nobody has said it.</param>
/// <param name="Path">The path in use; null: there is none, and one would be looked for among the addresses.</param>
/// <param name="Addresses">Where it is said to be.</param>
/// <param name="Attempts">What was tried lately, the newest first.</param>
public sealed record ReachReport(string Node, PeerId Peer, PathStatus? Path, IReadOnlyList<Multiaddr> Addresses, IReadOnlyList<DialAttempt> Attempts);
