using System.Collections.Immutable;

using Skerry.Catalog.View;

namespace Skerry.Catalog;

/// <summary>The catalog at one moment as this node sees it: immutable, read by any thread without a lock.</summary>
public sealed class CatalogSnapshot
{
    internal static readonly CatalogSnapshot Empty = new() { Index = 1 };

    private string[]? _serviceNames;

    internal CatalogSnapshot()
    {
    }

    /// <summary>Grows with every change of this node's view; at least 1. It starts anew when the agent does.</summary>
    public ulong Index { get; internal init; }

    /// <summary>Index at which a node came, went or changed last, what it runs left aside.</summary>
    public ulong NodesIndex { get; internal init; } = 1;

    /// <summary>Index at which an instance came, went or was registered anew last, its checks left aside.</summary>
    public ulong ServicesIndex { get; internal init; } = 1;

    /// <summary>Index at which a check came, went or changed last, membership's word on nodes included.</summary>
    public ulong ChecksIndex { get; internal init; } = 1;

    /// <summary>Nodes by name, in ordinal order.</summary>
    public ImmutableSortedDictionary<string, CatalogNode> Nodes { get; internal init; } = ImmutableSortedDictionary.Create<string, CatalogNode>(StringComparer.Ordinal);

    /// <summary>Other groups by name, in ordinal order, as far as this group's bridges tell of them.</summary>
    public ImmutableSortedDictionary<string, RemoteGroup> Groups { get; internal init; } = ImmutableSortedDictionary.Create<string, RemoteGroup>(StringComparer.Ordinal);

    /// <summary>
    /// The tunnels of the nodes that speak for their groups, by name: this group's, and those of the others as far as they are known; of a group that cannot
    /// be reached, of those that may speak for it by now.
    /// </summary>
    public ImmutableSortedDictionary<string, TunnelFacts> Bridges { get; internal init; } = ImmutableSortedDictionary.Create<string, TunnelFacts>(StringComparer.Ordinal);

    /// <summary>Names of all services with at least one instance, in ordinal order.</summary>
    public IReadOnlyCollection<string> ServiceNames => _serviceNames ??= [.. Services.Keys];

    /// <summary>Every check of the group, node by node, each node's as <see cref="ChecksOn"/> gives them.</summary>
    public IEnumerable<CheckState> Checks => Views.Values.SelectMany(view => view.AllChecks);

    internal ImmutableSortedDictionary<string, NodeView> Views { get; init; } = ImmutableSortedDictionary.Create<string, NodeView>(StringComparer.Ordinal);

    internal ImmutableSortedDictionary<string, ServiceView> Services { get; init; } = ImmutableSortedDictionary.Create<string, ServiceView>(StringComparer.Ordinal);

    /// <summary>Index at which a service last lost its last instance; 1 when none did.</summary>
    internal ulong ServiceExtinctionIndex { get; init; } = 1;

    /// <summary>Index at which a node last went; 1 when none did.</summary>
    internal ulong NodeExtinctionIndex { get; init; } = 1;

    /// <summary>All instances of a service, healthy or not, by node then id; empty when there is none.</summary>
    public ImmutableArray<ServiceEntry> Instances(string service) => Services.TryGetValue(service, out var view) ? view.Entries : [];

    /// <summary>All instances on a node, by id.</summary>
    public ImmutableArray<ServiceEntry> InstancesOn(string node) => Views.TryGetValue(node, out var view) ? view.AllEntries : [];

    /// <summary>All checks on a node, its services' included, <c>serfHealth</c> first, then by id.</summary>
    public ImmutableArray<CheckState> ChecksOn(string node) => Views.TryGetValue(node, out var view) ? view.AllChecks : [];

    /// <summary>
    /// Index at which anything about this service (instances, their checks, their nodes) changed last, its end included. For a service without
    /// instances it is the index at which any service ended last: it never goes back, and names that nobody uses any more cost nothing.
    /// </summary>
    public ulong ServiceIndex(string service) => Services.TryGetValue(service, out var view) ? view.Index : ServiceExtinctionIndex;

    /// <summary>Index at which anything on this node changed last; for a node that is not there, when any node went last.</summary>
    public ulong NodeIndex(string node) => Views.TryGetValue(node, out var view) ? view.Index : NodeExtinctionIndex;
}
