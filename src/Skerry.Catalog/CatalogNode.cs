using System.Collections.Immutable;

namespace Skerry.Catalog;

/// <summary>What the catalog knows of one node.</summary>
public sealed record CatalogNode
{
    /// <summary>The node's name, unique in the group, and in the whole mesh where groups are joined.</summary>
    public required string Name { get; init; }

    /// <summary>A UUID that survives restarts and renames.</summary>
    public required string Id { get; init; }

    /// <summary>IP address that services without one of their own are reached at.</summary>
    public required string Address { get; init; }

    /// <summary>The group (site) the node belongs to.</summary>
    public required string Group { get; init; }

    /// <summary>Free facts, enumerated in ordinal order.</summary>
    public ImmutableSortedDictionary<string, string> Meta { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>How the node is reached through the tunnel.</summary>
    public TunnelFacts Tunnel { get; init; } = TunnelFacts.None;

    /// <summary>How it follows what its group has agreed on for gateways; not known of nodes of other groups.</summary>
    public GatewayFacts Gateway { get; init; } = GatewayFacts.None;

    /// <summary>Whether membership holds the node alive; a node that is not counts as critical with all it runs.</summary>
    public bool Alive { get; init; } = true;

    /// <summary>Index of this node's view at which the node appeared.</summary>
    public ulong CreateIndex { get; init; }

    /// <summary>Index of this node's view at which it changed last.</summary>
    public ulong ModifyIndex { get; init; }
}
