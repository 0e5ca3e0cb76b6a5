using System.Net;

namespace Skerry.Api;

/// <summary>How the HTTP API runs.</summary>
public sealed record ApiOptions
{
    /// <summary>Where it listens. Port 0 takes a free one.</summary>
    public IPEndPoint Address { get; init; } = new(IPAddress.Loopback, 8500);

    /// <summary>This node's name.</summary>
    public required string NodeName { get; init; }

    /// <summary>This node's UUID.</summary>
    public required string NodeId { get; init; }

    /// <summary>This node's group: Consul's datacenter.</summary>
    public required string Group { get; init; }

    /// <summary>Version of the program.</summary>
    public required string Version { get; init; }
}
