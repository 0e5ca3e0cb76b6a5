using Skerry.Primitives;

namespace Skerry.Libp2p.Core.Kademlia;

/// <summary>A key this node provides.</summary>
internal sealed class Provision
{
    /// <summary>When to say so again; never while that is being done.</summary>
    public Instant NextAt { get; set; } = Instant.Never;
}
