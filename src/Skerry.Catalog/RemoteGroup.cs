using System.Collections.Immutable;

using Skerry.Catalog.Sites;
using Skerry.Catalog.View;

namespace Skerry.Catalog;

/// <summary>
/// Another group as one of this group's bridges tells it: its nodes, and what they export. Immutable; while the group cannot be reached the last that was
/// heard stays, its nodes not alive and its instances critical.
/// </summary>
public sealed class RemoteGroup
{
    private string[]? _serviceNames;

    internal RemoteGroup()
    {
    }

    /// <summary>The group's name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether a bridge of this group hears from it now.</summary>
    public required bool IsReachable { get; init; }

    /// <summary>The bridge of this group it is known through.</summary>
    public required string Via { get; init; }

    /// <summary>
    /// Index of this node's view at which anything about the group changed last: for its services, too. When the group is told of through another bridge, what that one said of a
    /// service may be older than what was seen before, and who waits for news would wait on.
    /// </summary>
    public ulong Index { get; internal init; } = 1;

    /// <summary>Its nodes by name, in ordinal order; alive as that group's own membership says, and not while the group is unreachable.</summary>
    public ImmutableSortedDictionary<string, CatalogNode> Nodes { get; internal init; } = ImmutableSortedDictionary.Create<string, CatalogNode>(StringComparer.Ordinal);

    /// <summary>Names of the services of which it exports at least one instance, in ordinal order.</summary>
    public IReadOnlyCollection<string> ServiceNames => _serviceNames ??= [.. Services.Keys];

    internal ImmutableSortedDictionary<string, RemoteNodeView> Views { get; init; } = ImmutableSortedDictionary.Create<string, RemoteNodeView>(StringComparer.Ordinal);

    /// <summary>Who speaks for it; while it is unreachable, who may by now.</summary>
    internal ImmutableArray<CatalogNode> Bridges => IsReachable
        ? BridgeChoice.Of(Name, Nodes.Values)
        : BridgeChoice.Candidates(Name, Views.Values.Select(view => view.Node with { Alive = view.IsToldAlive }));

    internal ImmutableSortedDictionary<string, ServiceView> Services { get; init; } = ImmutableSortedDictionary.Create<string, ServiceView>(StringComparer.Ordinal);

    /// <summary>The exported instances of a service, healthy or not, by node then id; empty when there is none.</summary>
    public ImmutableArray<ServiceEntry> Instances(string service) => Services.TryGetValue(service, out var view) ? view.Entries : [];

    /// <summary>The exported instances on a node, by id.</summary>
    public ImmutableArray<ServiceEntry> InstancesOn(string node) => Views.TryGetValue(node, out var view) ? [.. view.Entries.Values] : [];

    /// <summary>Checks on a node: <c>serfHealth</c>, then one for each exported instance, in place of those that stay in the group.</summary>
    public ImmutableArray<CheckState> ChecksOn(string node) => Views.TryGetValue(node, out var view) ? [view.Health, .. view.Entries.Values.Select(entry => entry.Checks[^1])] : [];
}
