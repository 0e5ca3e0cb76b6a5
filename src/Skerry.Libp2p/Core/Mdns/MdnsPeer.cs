using Skerry.Primitives;

namespace Skerry.Libp2p.Core.Mdns;

/// <summary>A peer that has answered in the LAN.</summary>
/// <param name="instance">Its name there.</param>
internal sealed class MdnsPeer(string instance)
{
    public string Instance => instance;

    public PeerAddresses Peer { get; set; } = new(default, []);

    /// <summary>How long its last answer holds.</summary>
    public TimeSpan TimeToLive { get; set; }

    /// <summary>When it has not been heard of for so long that it is forgotten.</summary>
    public Instant ExpiresAt { get; set; }

    /// <summary>When it may be told of again though nothing about it has changed.</summary>
    public Instant TellAt { get; set; }
}
