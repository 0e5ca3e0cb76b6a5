using System.Collections.Immutable;

namespace Skerry.Catalog.Records;

/// <summary>All that was registered with this node, as its file keeps it.</summary>
internal sealed record Registrations
{
    public ImmutableArray<ServiceInstance> Services { get; init; } = [];

    public ImmutableArray<CheckDefinition> Checks { get; init; } = [];

    /// <summary>Last known status and output of each check, by check id.</summary>
    public ImmutableSortedDictionary<string, CheckStatus> Statuses { get; init; } = ImmutableSortedDictionary<string, CheckStatus>.Empty;
}
