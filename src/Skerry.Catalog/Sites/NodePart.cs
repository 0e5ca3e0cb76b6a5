using System.Collections.Immutable;

namespace Skerry.Catalog.Sites;

/// <summary>A node of a group as other groups hear of it, or, where it exports more than one record holds, a part of that.</summary>
internal sealed record NodePart
{
    /// <summary>The group it is of.</summary>
    public required string Group { get; init; }

    /// <summary>The node; in the first part only.</summary>
    public CatalogNode? Facts { get; init; }

    /// <summary>What it exports.</summary>
    public ImmutableArray<ExportedInstance> Instances { get; init; } = [];
}
