using Skerry.Libp2p;

namespace Skerry.Tunnel;

/// <summary>How a node takes part in the tunnel.</summary>
public sealed record TunnelOptions
{
    /// <summary>This node's name, unique in the mesh.</summary>
    public required string Node { get; init; }

    /// <summary>This node's group.</summary>
    public required string Group { get; init; }

    /// <summary>Its failure domain: two relays in one are lost together. Empty: its group.</summary>
    public string Zone { get; init; } = "";

    /// <summary>Who this node is, and whom it believes; <see cref="TunnelNode.SetIdentityAsync"/> changes the latter.</summary>
    public required TunnelIdentity Identity { get; init; }

    /// <summary>Where to listen; empty: no connection is taken in, and the node is reached through relays alone.</summary>
    public IReadOnlyList<Multiaddr> Listen { get; init; } = [];

    /// <summary>Where others reach this node, beside where it listens: behind a port that is forwarded to it. <see cref="TunnelNode.SetAdvertise"/> changes it.</summary>
    public IReadOnlyList<Multiaddr> Advertise { get; init; } = [];

    /// <summary>Whether it carries traffic for others.</summary>
    public RelayDuty Relay { get; init; }

    /// <summary>How much it carries then. A node may take a good part of it, as a hub does that all others talk to, but not all.</summary>
    public RelayOptions RelayLimits { get; init; } = new() { MaxCircuitsPerPeer = 1024 };

    /// <summary>Whether to make direct paths of relayed ones through NATs, where this node listens.</summary>
    public bool HolePunching { get; init; } = true;

    /// <summary>What nodes of this mesh look for in their LAN by multicast DNS; null: nobody is looked for there.</summary>
    public string? LanService { get; init; }

    /// <summary>A word by which nodes find each other in the DHT; null: none.</summary>
    public string? Rendezvous { get; init; }

    /// <summary>Relays the operator names, the preferred first.</summary>
    public IReadOnlyList<RelayNode> RelayNodes { get; init; } = [];

    /// <summary>Relays at which a node that takes no connections in keeps a reservation. 1 or more.</summary>
    public int Reservations { get; init; } = 2;

    /// <summary>Relays measured at once, the candidates for a reservation. 1 or more.</summary>
    public int MaxCandidates { get; init; } = 5;

    /// <summary>How often a path in use is probed. A silent one is given up after three times that.</summary>
    public TimeSpan HeartbeatPeriod { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often relays are looked for and compared when nothing happens.</summary>
    public TimeSpan FinderPeriod { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a session may be without a path before it ends with an error.</summary>
    public TimeSpan ResumeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long reaching a node may take in all.</summary>
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes of a session sent and not acknowledged: kept to be sent again. 256 KiB to 1 GiB.</summary>
    public int MaxReplay { get; init; } = 8 << 20;

    /// <summary>Bytes of a session that may wait here unread. 256 KiB to 1 GiB.</summary>
    public int MaxWindow { get; init; } = 8 << 20;

    /// <summary>Sessions of others at once; more are refused. 1 or more.</summary>
    public int MaxSessions { get; init; } = 8192;

    /// <summary>Sessions of one node at once; more are refused. 1 or more.</summary>
    public int MaxSessionsPerNode { get; init; } = 2048;

    /// <summary>
    /// Bytes that all sessions together may hold: windows they have promised, used or not, and what they keep to be sent again. Where half is taken new sessions begin
    /// with a small window, where three quarters are nothing grows, and where all is new ones are refused. 1 MiB or more.
    /// </summary>
    public long MaxSessionMemory { get; init; } = 1 << 30;

    /// <summary>The same for the sessions with one node. 1 MiB or more.</summary>
    public long MaxSessionMemoryPerNode { get; init; } = 256 << 20;
}
