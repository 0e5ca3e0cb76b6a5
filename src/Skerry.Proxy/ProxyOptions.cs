using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

using Skerry.Primitives;

namespace Skerry.Proxy;

/// <summary>Services by name on local addresses: the key <c>proxy</c> of the configuration.</summary>
public sealed record ProxyOptions
{
    /// <summary>Local addresses that lead to services.</summary>
    [Reloadable, Description("Local addresses that lead to services.")]
    public ImmutableArray<ForwardOptions> Forwards { get; init; } = [];

    /// <summary>Who may call services of this node; one that is not named here is open to the own group, and to others when it is exported.</summary>
    [Reloadable, Description("Who may call services of this node through the mesh. A service not named here is open to the own group, and to all others when it is `exported`.")]
    public ImmutableArray<AccessOptions> Access { get; init; } = [];

    /// <summary>Names of services and nodes as DNS.</summary>
    [Description("Names of services and nodes as DNS.")]
    public DnsOptions Dns { get; init; } = new();

    /// <summary>Services by name through SOCKS 5.</summary>
    [Description("Services by name through SOCKS 5.")]
    public SocksOptions Socks { get; init; } = new();

    /// <summary>An address of its own for each service.</summary>
    [Description("An address of its own for each service, which DNS answers and the proxy listens on.")]
    public VirtualAddressOptions VirtualAddresses { get; init; } = new();

    /// <summary>Whether listeners may be bound to addresses other than loopback.</summary>
    [Reloadable, Description("Whether what is under `proxy` may listen on addresses other than loopback. Whoever reaches such a listener reaches the services.")]
    public bool AllowOpenListeners { get; init; }

    /// <summary>An attempt to reach an instance is given up after this: more than zero.</summary>
    [Reloadable, Range(typeof(TimeSpan), "00:00:00.1", "00:05:00"), Description("An attempt to reach an instance is given up after this, and another instance tried.")]
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many instances of a group are tried for one connection: 1 to 16.</summary>
    [Reloadable, Range(1, 16), Description("How many instances of a group are tried for one connection; 16 in all.")]
    public int Attempts { get; init; } = 3;

    /// <summary>A TCP connection on which nothing moves is cut after this; zero: never.</summary>
    [Reloadable, Range(typeof(TimeSpan), "00:00:00", "366.00:00:00"), Description("A TCP connection on which nothing moves in either direction is cut after this. 0: never.")]
    public TimeSpan TcpIdleTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>What is remembered of a client's datagrams is forgotten after this without any; more than zero.</summary>
    [Reloadable, Range(typeof(TimeSpan), "00:00:01", "24:00:00"), Description("What is remembered of a client's datagrams is forgotten after this without any.")]
    public TimeSpan UdpIdleTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Connections and UDP clients one listener carries at a time: 1 to 1,000,000.</summary>
    [Reloadable, Range(1, 1_000_000), Description("Connections, or clients of UDP, that one listener carries at a time, and that other nodes may have open here; more are refused.")]
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>Longer datagrams are dropped, bytes: 512 to 65,507, UDP's own limit.</summary>
    [Reloadable, Range(512, 65_507), Description("Longer datagrams are dropped, bytes.")]
    public int MaxDatagram { get; init; } = 65_507;
}
