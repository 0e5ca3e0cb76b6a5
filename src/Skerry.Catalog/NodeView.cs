using System.Collections.Immutable;

namespace Skerry.Catalog;

/// <summary>One node with all it runs, put together once for every reader.</summary>
internal sealed record NodeView
{
    public required CatalogNode Node { get; init; }

    /// <summary>Its instances by id.</summary>
    public required ImmutableArray<ServiceEntry> Entries { get; init; }

    /// <summary>Its checks, <c>serfHealth</c> first.</summary>
    public required ImmutableArray<CheckState> AllChecks { get; init; }
}
