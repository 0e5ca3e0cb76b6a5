namespace Skerry.Libp2p.Core.Mdns;

/// <summary>What can be asked of this node by multicast DNS.</summary>
[Flags]
internal enum MdnsTopics
{
    None = 0,

    /// <summary>Who is here.</summary>
    Service = 1,

    /// <summary>Which services there are (RFC 6763, section 9).</summary>
    Services = 2,

    /// <summary>Where this peer is.</summary>
    Instance = 4,

    /// <summary>The IP addresses of its host.</summary>
    Host = 8,
}
