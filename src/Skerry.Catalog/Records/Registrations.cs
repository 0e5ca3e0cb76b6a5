using System.Collections.Immutable;

namespace Skerry.Catalog.Records;

/// <summary>All that was registered with this node, as its file keeps it.</summary>
internal sealed record Registrations
{
    public ImmutableSortedDictionary<string, ServiceInstance> Services { get; init; } = ImmutableSortedDictionary.Create<string, ServiceInstance>(StringComparer.Ordinal);

    public ImmutableSortedDictionary<string, CheckDefinition> Checks { get; init; } = ImmutableSortedDictionary.Create<string, CheckDefinition>(StringComparer.Ordinal);

    /// <summary>What each check said when this was written.</summary>
    public ImmutableSortedDictionary<string, CheckStatus> Statuses { get; init; } = ImmutableSortedDictionary.Create<string, CheckStatus>(StringComparer.Ordinal);

    /// <summary>When that was.</summary>
    public DateTimeOffset SavedAt { get; init; }

    /// <summary>Services and checks.</summary>
    public int Count => Services.Count + Checks.Count;
}
