namespace Skerry.Libp2p;

/// <summary>How a host finds peers in its LAN, and is found (libp2p discovery/mdns.md; RFC 6762).</summary>
public sealed record MdnsOptions
{
    /// <summary>libp2p's own service name, under which every libp2p program looks.</summary>
    public const string DefaultServiceName = "_p2p._udp";

    /// <summary>What to look for, <c>.local</c> left out; null: <see cref="Libp2pOptions.Rendezvous"/>, and without one <see cref="DefaultServiceName"/>.</summary>
    public string? ServiceName { get; init; }

    /// <summary>The longest time between two queries on an interface; the first ones come sooner. One second or more.</summary>
    public TimeSpan QueryInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether to speak on the loopback interface too, and to tell and believe loopback addresses: for several hosts on one machine.</summary>
    public bool AllowLoopback { get; init; }

    /// <summary>The port of multicast DNS; another one hears none but those who chose it too. 1 to 65535.</summary>
    public int Port { get; init; } = 5353;
}
