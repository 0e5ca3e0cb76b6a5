using System.Collections.Immutable;

using Skerry.Manifest;
using Skerry.Tunnel;

namespace Skerry.Api;

/// <summary>What the API asks of the agent it is a door of: membership, and the process itself. The agent gives the adapter.</summary>
public interface IAgentControl
{
    /// <summary>Every known member, by name.</summary>
    ImmutableArray<ApiMember> Members { get; }

    /// <summary>This node's member entry.</summary>
    ApiMember Self { get; }

    /// <summary>Lifeguard's local health, 0 (well) to 7.</summary>
    int HealthScore { get; }

    /// <summary>The effective configuration as JSON-ready values, secrets left out.</summary>
    IReadOnlyDictionary<string, object?> Configuration { get; }

    /// <summary>Estimated round trip between two nodes; null when either's place is unknown.</summary>
    TimeSpan? EstimateRoundTrip(string fromNode, string toNode);

    /// <summary>A node's network coordinate; null when unknown.</summary>
    ApiCoordinate? CoordinateOf(string node);

    /// <summary>Joins through any of the addresses; throws <see cref="ApiException"/> with the reasons when none answered.</summary>
    Task<int> JoinAsync(IReadOnlyList<string> addresses, CancellationToken cancellation);

    /// <summary>Starts a graceful leave, after which the process ends; returns once it has begun.</summary>
    Task LeaveAsync(CancellationToken cancellation);

    /// <summary>Forces a failed member out; false when it is unknown.</summary>
    Task<bool> ForceLeaveAsync(string member, bool prune, CancellationToken cancellation);

    /// <summary>Reads the configuration file again; throws <see cref="ApiException"/> with every error when it is refused.</summary>
    Task ReloadAsync(CancellationToken cancellation);

    /// <summary>
    /// Log lines of this agent from now on, at or above a level (<c>trace</c> to <c>error</c>), for people or as JSON; throws
    /// <see cref="ApiException"/> at once when there is no such level.
    /// </summary>
    IAsyncEnumerable<string> MonitorAsync(string level, bool asJson, CancellationToken cancellation);

    /// <summary>State of the gateway for <c>/v1/skerry/gateway</c>: JSON-ready values; null when there is none.</summary>
    object? GatewayState { get; }

    /// <summary>The proxy's forwards.</summary>
    IForwardControl Forwards { get; }

    /// <summary>What carries user events.</summary>
    IEventCarrier Events { get; }

    /// <summary>The tunnel; null: this node runs none.</summary>
    TunnelNode? Tunnel { get; }

    /// <summary>What its group agrees on; null: this node takes no part, or has not begun to.</summary>
    ManifestNode? Manifest { get; }

    /// <summary>The members of the group that agrees; null with <see cref="Manifest"/>.</summary>
    IManifestGroup? Group { get; }

    /// <summary>The gateway's objects in what it agrees on; null with <see cref="Manifest"/>.</summary>
    IGatewayControl? Gateway { get; }
}
