namespace Skerry.Libp2p.Core.Kademlia;

/// <summary>A request or an answer (kad-dht/README.md, "RPC messages"). Values are not kept here, so their field is not read.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Key">The key or peer id it is about; empty when about none.</param>
/// <param name="Closer">Nodes closer to the key.</param>
/// <param name="Providers">Who provides the key.</param>
internal sealed record KadMessage(KadMessageType Type, byte[] Key, IReadOnlyList<PeerAddresses> Closer, IReadOnlyList<PeerAddresses> Providers)
{
    /// <summary>A request without peers in it.</summary>
    public KadMessage(KadMessageType type, byte[] key)
        : this(type, key, [], [])
    {
    }
}
