using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Skerry.Agent.Configuration;

/// <summary>An entry of <c>edgeTunnel.relayNodes</c>.</summary>
internal sealed record RelayNodeConfiguration
{
    [RegularExpression(NodeConfiguration.NamePattern, ErrorMessage = NodeConfiguration.NameAllowed), Description("Name of the relay's node.")]
    public required string NodeName { get; init; }

    [Description("Where it is reached: IP address or DNS name, with or without port (20006), or a whole multiaddr. None: where it says itself.")]
    public ImmutableArray<string> AdvertiseAddress { get; init; } = [];
}
