using Skerry.Primitives;

namespace Skerry.Libp2p.Core.Kademlia;

/// <summary>A peer's word that it provides a key.</summary>
/// <param name="key">The key.</param>
/// <param name="provider">Who.</param>
internal sealed class ProviderRecord(DhtKey key, PeerId provider)
{
    public DhtKey Key => key;

    public PeerId Provider => provider;

    /// <summary>Where it said it was.</summary>
    public IReadOnlyList<Multiaddr> Addresses { get; set; } = [];

    /// <summary>When it last said so.</summary>
    public Instant At { get; set; }
}
