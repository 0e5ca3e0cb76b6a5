using System.Collections.Immutable;

using Skerry.Catalog;

namespace Skerry.Api.Http;

/// <summary>A group as this node sees it, its own or another, so that an endpoint answers for both in the same words.</summary>
internal sealed class GroupView
{
    private readonly CatalogSnapshot _snapshot;
    private readonly RemoteGroup? _remote;

    private GroupView(string name, CatalogSnapshot snapshot, RemoteGroup? remote)
    {
        (Name, _snapshot, _remote) = (name, snapshot, remote);
    }

    public string Name { get; }

    /// <summary>Whether it is this node's own group.</summary>
    public bool IsOwn => _remote is null;

    public bool IsReachable => _remote?.IsReachable ?? true;

    /// <summary>The bridge it is known through; empty for this node's own group.</summary>
    public string Via => _remote?.Via ?? "";

    public ulong Index => _remote?.Index ?? _snapshot.Index;

    public ulong NodesIndex => _remote?.Index ?? _snapshot.NodesIndex;

    public ulong ServicesIndex => _remote?.Index ?? _snapshot.ServicesIndex;

    public ulong ChecksIndex => _remote?.Index ?? _snapshot.ChecksIndex;

    public ImmutableSortedDictionary<string, CatalogNode> Nodes => _remote?.Nodes ?? _snapshot.Nodes;

    public IReadOnlyCollection<string> ServiceNames => _remote?.ServiceNames ?? _snapshot.ServiceNames;

    public IEnumerable<CheckState> Checks => _remote is null ? _snapshot.Checks : _remote.Nodes.Keys.SelectMany(node => _remote.ChecksOn(node));

    /// <summary>A group by name; null when it is not known.</summary>
    public static GroupView? Of(CatalogSnapshot snapshot, string ownGroup, string name)
    {
        if (name == ownGroup) return new GroupView(name, snapshot, null);
        return snapshot.Groups.TryGetValue(name, out var remote) ? new GroupView(name, snapshot, remote) : null;
    }

    /// <summary>All groups: this node's own, then those that are reached, then the rest, by name.</summary>
    public static IEnumerable<GroupView> All(CatalogSnapshot snapshot, string ownGroup) =>
    [
        new GroupView(ownGroup, snapshot, null),
        .. snapshot.Groups.Values.OrderByDescending(group => group.IsReachable).Select(group => new GroupView(group.Name, snapshot, group)),
    ];

    public ImmutableArray<ServiceEntry> Instances(string service) => _remote?.Instances(service) ?? _snapshot.Instances(service);

    public ImmutableArray<ServiceEntry> InstancesOn(string node) => _remote?.InstancesOn(node) ?? _snapshot.InstancesOn(node);

    public ImmutableArray<CheckState> ChecksOn(string node) => _remote?.ChecksOn(node) ?? _snapshot.ChecksOn(node);

    public ulong ServiceIndex(string service) => _remote?.Index ?? _snapshot.ServiceIndex(service);

    public ulong NodeIndex(string node) => _remote?.Index ?? _snapshot.NodeIndex(node);
}
