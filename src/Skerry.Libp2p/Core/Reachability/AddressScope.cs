namespace Skerry.Libp2p.Core.Reachability;

/// <summary>From where an IP address is reached.</summary>
internal enum AddressScope
{
    /// <summary>From nowhere: unspecified, multicast, link-local, without a port.</summary>
    None,

    /// <summary>From the same machine.</summary>
    Loopback,

    /// <summary>From 10.0.0.0/8 (RFC 1918).</summary>
    Private10,

    /// <summary>From 172.16.0.0/12 (RFC 1918).</summary>
    Private172,

    /// <summary>From 192.168.0.0/16 (RFC 1918).</summary>
    Private192,

    /// <summary>From behind the same carrier's NAT: 100.64.0.0/10 (RFC 6598).</summary>
    Carrier,

    /// <summary>From the same organisation: fc00::/7 (RFC 4193).</summary>
    UniqueLocal,

    /// <summary>From everywhere.</summary>
    Public,
}
