using System.Collections.Immutable;

namespace Skerry.Catalog;

/// <summary>The catalog at one moment as this node sees it: immutable, read by any thread without a lock.</summary>
public sealed class CatalogSnapshot
{
    internal static readonly CatalogSnapshot Empty = new()
    {
        Index = 1,
        Views = ImmutableSortedDictionary.Create<string, NodeView>(StringComparer.Ordinal),
        Nodes = ImmutableSortedDictionary.Create<string, CatalogNode>(StringComparer.Ordinal),
        Services = ImmutableSortedDictionary.Create<string, ImmutableArray<ServiceEntry>>(StringComparer.Ordinal),
        ServiceIndexes = ImmutableDictionary.Create<string, ulong>(StringComparer.Ordinal),
        NodeIndexes = ImmutableDictionary.Create<string, ulong>(StringComparer.Ordinal),
    };

    /// <summary>Grows with every change of this node's view; at least 1.</summary>
    public required ulong Index { get; init; }

    /// <summary>Nodes by name, in ordinal order.</summary>
    public required ImmutableSortedDictionary<string, CatalogNode> Nodes { get; init; }

    /// <summary>Names of all services with at least one instance, in ordinal order.</summary>
    public IReadOnlyCollection<string> ServiceNames => [.. Services.Keys];

    /// <summary>Every check of the group, by node then id.</summary>
    public IEnumerable<CheckState> Checks => Views.Values.SelectMany(view => view.AllChecks);

    internal ImmutableSortedDictionary<string, NodeView> Views { get; init; } = ImmutableSortedDictionary<string, NodeView>.Empty;

    internal ImmutableSortedDictionary<string, ImmutableArray<ServiceEntry>> Services { get; init; } = ImmutableSortedDictionary<string, ImmutableArray<ServiceEntry>>.Empty;

    internal ImmutableDictionary<string, ulong> ServiceIndexes { get; init; } = ImmutableDictionary<string, ulong>.Empty;

    internal ImmutableDictionary<string, ulong> NodeIndexes { get; init; } = ImmutableDictionary<string, ulong>.Empty;

    /// <summary>All instances of a service, healthy or not, by node then id; empty when there is none.</summary>
    public ImmutableArray<ServiceEntry> Instances(string service) => Services.GetValueOrDefault(service, []);

    /// <summary>All instances on a node, by id.</summary>
    public ImmutableArray<ServiceEntry> InstancesOn(string node) => Views.TryGetValue(node, out var view) ? view.Entries : [];

    /// <summary>All checks on a node, its services' included, <c>serfHealth</c> first, then by id.</summary>
    public ImmutableArray<CheckState> ChecksOn(string node) => Views.TryGetValue(node, out var view) ? view.AllChecks : [];

    /// <summary>Index at which anything about this service (instances, their checks, their nodes) changed last, its end included; 1 when it never was.</summary>
    public ulong ServiceIndex(string service) => ServiceIndexes.GetValueOrDefault(service, 1UL);

    /// <summary>Index at which anything on this node changed last; 1 when it never was.</summary>
    public ulong NodeIndex(string node) => NodeIndexes.GetValueOrDefault(node, 1UL);
}
