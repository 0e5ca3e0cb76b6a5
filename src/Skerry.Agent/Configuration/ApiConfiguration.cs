using System.ComponentModel;
using System.Net;

namespace Skerry.Agent.Configuration;

/// <summary>The key <c>api</c>.</summary>
internal sealed record ApiConfiguration
{
    [Description("Where the HTTP API listens. It has no access control: keep it on loopback, or behind something that has. Port 0 takes a free one.")]
    public IPEndPoint Address { get; init; } = new(IPAddress.Loopback, 8500);
}
