using System.Collections.Immutable;

namespace Skerry.Catalog;

/// <summary>One instance of a service on one node.</summary>
public sealed record ServiceInstance
{
    /// <summary>The node that runs and owns it.</summary>
    public required string Node { get; init; }

    /// <summary>Unique on its node.</summary>
    public required string Id { get; init; }

    /// <summary>The service's name, shared by its instances.</summary>
    public required string Name { get; init; }

    /// <summary>Labels to select by, in the order given.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>IP address or host name; empty: the node's.</summary>
    public string Address { get; init; } = "";

    /// <summary>0 to 65535; 0 when the service has none.</summary>
    public int Port { get; init; }

    /// <summary>Other addresses by tag.</summary>
    public ImmutableSortedDictionary<string, ServiceAddress> TaggedAddresses { get; init; } = ImmutableSortedDictionary<string, ServiceAddress>.Empty;

    /// <summary>Free facts.</summary>
    public ImmutableSortedDictionary<string, string> Meta { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Shares of traffic.</summary>
    public ServiceWeights Weights { get; init; } = new();

    /// <summary>Whether others may change the tags (Consul's field, kept and shown).</summary>
    public bool EnableTagOverride { get; init; }

    /// <summary>Whether other groups see it; what is not exported never leaves its group.</summary>
    public bool Exported { get; init; }

    /// <summary>Consul's kind; empty for an ordinary service.</summary>
    public string Kind { get; init; } = "";

    /// <summary>Index of this node's view at which it appeared.</summary>
    public ulong CreateIndex { get; init; }

    /// <summary>Index of this node's view at which it changed last.</summary>
    public ulong ModifyIndex { get; init; }
}
