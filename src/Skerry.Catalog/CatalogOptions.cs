using System.Collections.Immutable;
using System.ComponentModel;

namespace Skerry.Catalog;

/// <summary>How the catalog of one node runs.</summary>
public sealed record CatalogOptions
{
    /// <summary>This node's name.</summary>
    public required string NodeName { get; init; }

    /// <summary>This node's UUID.</summary>
    public required string NodeId { get; init; }

    /// <summary>This node's group.</summary>
    public required string Group { get; init; }

    /// <summary>IP address that services without one of their own are reached at.</summary>
    public required string Address { get; init; }

    /// <summary>What the node says of itself in the catalog.</summary>
    public ImmutableSortedDictionary<string, string> NodeMeta { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Directory that this node's own registrations are kept in; null: memory only.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Whether script checks may be registered; off unless the operator says so.</summary>
    [Description("Whether script checks may be registered.")]
    public bool EnableScriptChecks { get; init; }

    /// <summary>The shortest interval a check may ask for; a shorter one is raised to it.</summary>
    public TimeSpan MinimumCheckInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Another group none of whose bridges was connected for so long cannot be reached, and its instances count as critical. A node that has just started waits
    /// as long before it speaks for its own.
    /// </summary>
    public TimeSpan GroupUnreachableAfter { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Output of a check that changes while its status does not is told to the group after half to one and a half times this.</summary>
    public TimeSpan CheckUpdateInterval { get; init; } = TimeSpan.FromMinutes(5);
}
