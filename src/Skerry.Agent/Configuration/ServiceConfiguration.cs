using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

using Skerry.Catalog;

namespace Skerry.Agent.Configuration;

/// <summary>An entry of <c>services</c>.</summary>
internal sealed record ServiceConfiguration
{
    [RegularExpression("[^/\\s]{1,128}", ErrorMessage = "no blank and no '/', at most 128 characters"), Description("The service's name, shared by its instances.")]
    public required string Name { get; init; }

    [RegularExpression("[^/\\s]{1,128}", ErrorMessage = "no blank and no '/', at most 128 characters"), Description("Unique on this node. Absent: the name.")]
    public string? Id { get; init; }

    [Description("Labels to select instances by.")]
    public ImmutableArray<string> Tags { get; init; } = [];

    [Description("IP address or host name. Absent: the node's.")]
    public string Address { get; init; } = "";

    [Range(0, 65535), Description("0 when the service has none.")]
    public int Port { get; init; }

    [Description("Free facts.")]
    public ImmutableSortedDictionary<string, string> Meta { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    [Description("Shares of traffic.")]
    public WeightsConfiguration Weights { get; init; } = new();

    [Description("Whether other groups see it. What is not exported never leaves its group.")]
    public bool Exported { get; init; }

    [Description("How to find out whether it is well. None: it counts as passing while its node is alive.")]
    public ImmutableArray<CheckConfiguration> Checks { get; init; } = [];

    /// <summary>The id in use.</summary>
    internal string EffectiveId => Id ?? Name;

    /// <summary>The instance as the catalog wants it.</summary>
    internal ServiceInstance ToInstance(string node) => new()
    {
        Node = node,
        Id = EffectiveId,
        Name = Name,
        Tags = Tags,
        Address = Address,
        Port = Port,
        Meta = Meta,
        Weights = new ServiceWeights(Weights.Passing, Weights.Warning),
        Exported = Exported,
    };

    /// <summary>Its checks as the catalog wants them.</summary>
    internal ImmutableArray<CheckDefinition> ToChecks() => [.. Checks.Select((check, index) => check.ToDefinition(this, index))];
}
