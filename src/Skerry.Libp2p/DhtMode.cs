namespace Skerry.Libp2p;

/// <summary>What a node is in a DHT (kad-dht/README.md, "Client and server mode").</summary>
public enum DhtMode
{
    /// <summary>It asks, and is asked nothing: for nodes that others cannot reach on their own.</summary>
    Client,

    /// <summary>It answers and holds records, and stands in the routing tables of others.</summary>
    Server,
}
