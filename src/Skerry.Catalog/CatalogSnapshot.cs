using System.Collections.Immutable;

namespace Skerry.Catalog;

/// <summary>The catalog at one moment as this node sees it: immutable, read by any thread without a lock.</summary>
public sealed class CatalogSnapshot
{
    /// <summary>Grows with every change of this node's view; at least 1.</summary>
    public ulong Index => throw new NotImplementedException();

    /// <summary>Nodes by name, in ordinal order.</summary>
    public ImmutableSortedDictionary<string, CatalogNode> Nodes => throw new NotImplementedException();

    /// <summary>Names of all services with at least one instance, in ordinal order.</summary>
    public IReadOnlyCollection<string> ServiceNames => throw new NotImplementedException();

    /// <summary>All instances of a service, healthy or not, by node then id; empty when there is none.</summary>
    public ImmutableArray<ServiceEntry> Instances(string service) => throw new NotImplementedException();

    /// <summary>All instances on a node, by id.</summary>
    public ImmutableArray<ServiceEntry> InstancesOn(string node) => throw new NotImplementedException();

    /// <summary>All checks on a node, its services' included, <c>serfHealth</c> first, then by id.</summary>
    public ImmutableArray<CheckState> ChecksOn(string node) => throw new NotImplementedException();

    /// <summary>Every check of the group, by node then id.</summary>
    public IEnumerable<CheckState> Checks => throw new NotImplementedException();

    /// <summary>Index at which anything about this service (instances, their checks, their nodes) changed last, its end included.</summary>
    public ulong ServiceIndex(string service) => throw new NotImplementedException();

    /// <summary>Index at which anything on this node changed last.</summary>
    public ulong NodeIndex(string node) => throw new NotImplementedException();
}
