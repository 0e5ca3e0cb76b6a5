namespace Skerry.Libp2p;

/// <summary>How a peer was found.</summary>
public enum DiscoverySource
{
    /// <summary>It answered in the LAN.</summary>
    Mdns,

    /// <summary>It provides the rendezvous in the DHT.</summary>
    Dht,
}
