namespace Skerry.Libp2p.Core.Kademlia;

/// <summary>What a query is after.</summary>
internal enum KadQueryKind
{
    /// <summary>The nodes around a place, for the routing table's sake.</summary>
    Refresh,

    /// <summary>One peer's addresses.</summary>
    FindPeer,

    /// <summary>Who provides a key.</summary>
    FindProviders,

    /// <summary>That the nodes closest to a key know this node provides it.</summary>
    Provide,
}
