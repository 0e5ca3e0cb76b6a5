using System.Collections.Immutable;

namespace Skerry.Catalog.View;

/// <summary>One node with all it runs, put together once for every reader. The next view shares what did not change.</summary>
internal sealed class NodeView
{
    /// <summary>The check that stands for membership, by Consul's names.</summary>
    public const string HealthCheckId = "serfHealth";

    private ServiceEntry[]? _allEntries;
    private CheckState[]? _allChecks;

    public required CatalogNode Node { get; init; }

    /// <summary>When anything on it changed last.</summary>
    public required ulong Index { get; init; }

    /// <summary>Membership's word on it.</summary>
    public required CheckState Health { get; init; }

    /// <summary>All its checks but <see cref="Health"/>, by id.</summary>
    public required ImmutableSortedDictionary<string, CheckState> Checks { get; init; }

    /// <summary>Its instances, by id.</summary>
    public required ImmutableSortedDictionary<string, ServiceEntry> Entries { get; init; }

    /// <summary>As an array, made when first asked for.</summary>
    public ImmutableArray<ServiceEntry> AllEntries => Once(ref _allEntries, () => [.. Entries.Values]);

    /// <summary>As an array, <see cref="Health"/> first, made when first asked for.</summary>
    public ImmutableArray<CheckState> AllChecks => Once(ref _allChecks, () => [Health, .. Checks.Values]);

    /// <summary>Two readers that come first together both make it; either array will do.</summary>
    private static ImmutableArray<T> Once<T>(ref T[]? made, Func<T[]> make) =>
        System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(made ??= make());
}
