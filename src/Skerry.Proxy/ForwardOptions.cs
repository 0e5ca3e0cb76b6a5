using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Skerry.Proxy;

/// <summary>A local address that leads to a service.</summary>
public sealed record ForwardOptions
{
    /// <summary>Name of the service.</summary>
    [RegularExpression("[^/@\\s]{1,128}", ErrorMessage = "no blank, no '/' and no '@', at most 128 characters"), Description("Name of the service.")]
    public required string Service { get; init; }

    /// <summary>The group whose instances are used; empty: the own group's, and when it has none the nearest other group's.</summary>
    [Description("The group whose instances are used. Absent: the own group's, and when it has no healthy one the nearest other group's.")]
    public string Group { get; init; } = "";

    /// <summary>Only this instance, <c>NODE/ID</c>; empty: any.</summary>
    [RegularExpression("([^/\\s]{1,128}/[^/\\s]{1,256})?", ErrorMessage = "NODE/ID"), Description("Only this instance, `NODE/ID`. Absent: any.")]
    public string Instance { get; init; } = "";

    /// <summary>Where clients connect to. Port 0 takes a free one.</summary>
    [Description("Where clients connect to. Port 0 takes a free one. Other than loopback only with `proxy.allowOpenListeners`.")]
    public required IPEndPoint Listen { get; init; }

    /// <summary>What the service speaks.</summary>
    [Description("What the service speaks.")]
    public ServiceNetwork Network { get; init; } = ServiceNetwork.Tcp;

    /// <summary>Which instance gets the next connection.</summary>
    [Description("Which instance gets the next connection, or the next client's datagrams.")]
    public BalancingPolicy Policy { get; init; } = BalancingPolicy.Nearest;
}
