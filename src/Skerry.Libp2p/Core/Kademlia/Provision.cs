using Skerry.Primitives;

namespace Skerry.Libp2p.Core.Kademlia;

/// <summary>A key this node provides.</summary>
internal sealed class Provision
{
    /// <summary>When to say so again; never while that is being done.</summary>
    public Instant NextAt { get; set; } = Instant.Never;

    /// <summary>Whether as many nodes know of it as should: who comes later need not be told at once.</summary>
    public bool IsKnownWell { get; set; }
}
