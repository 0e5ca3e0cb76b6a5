using System.ComponentModel;
using System.Net;

using Skerry.Primitives;

namespace Skerry.Proxy;

/// <summary>A loopback address of its own for each service: the key <c>proxy.virtualAddresses</c>.</summary>
public sealed record VirtualAddressOptions
{
    /// <summary>Whether services have such addresses.</summary>
    [Reloadable, Description("Whether each service has a loopback address of its own on this node: DNS answers it, and the proxy listens there on the ports of the service's instances.")]
    public bool Enable { get; init; }

    /// <summary>Where the addresses are taken from: inside 127.0.0.0/8, a /24 at least.</summary>
    [Reloadable, Description("Where the addresses are taken from: inside 127.0.0.0/8, 256 of them at least.")]
    public IPNetwork Network { get; init; } = new(IPAddress.Parse("127.64.0.0"), 10);

    /// <summary>Which instance gets the next connection to such an address.</summary>
    [Reloadable, Description("Which instance gets the next connection to such an address.")]
    public BalancingPolicy Policy { get; init; } = BalancingPolicy.Nearest;
}
