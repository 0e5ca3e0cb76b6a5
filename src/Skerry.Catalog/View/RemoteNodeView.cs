using System.Collections.Immutable;

namespace Skerry.Catalog.View;

/// <summary>One node of another group with what it exports.</summary>
internal sealed class RemoteNodeView
{
    public required CatalogNode Node { get; init; }

    /// <summary>Whether its own group holds it alive, reachable or not.</summary>
    public required bool IsToldAlive { get; init; }

    /// <summary>Its group's membership's word on it, or that the group cannot be reached.</summary>
    public required CheckState Health { get; init; }

    /// <summary>Its exported instances, by id.</summary>
    public required ImmutableSortedDictionary<string, ServiceEntry> Entries { get; init; }

    /// <summary>What it was made of.</summary>
    public required ImmutableArray<RemotePart> Parts { get; init; }
}
