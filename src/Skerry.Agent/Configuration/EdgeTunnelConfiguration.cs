using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

using Skerry.Primitives;
using Skerry.Tunnel;

namespace Skerry.Agent.Configuration;

/// <summary>The key <c>edgeTunnel</c>; its keys bear EdgeMesh's names where it has them.</summary>
internal sealed record EdgeTunnelConfiguration
{
    /// <summary>Where the tunnel listens unless the operator says otherwise.</summary>
    public const int DefaultPort = 20006;

    [Description("Whether this node takes part in the tunnel. It needs the mesh key, or a credential: without there is none.")]
    public bool Enable { get; init; } = true;

    [Description("`serverAndClient` takes connections in; `clientOnly` takes none, and is reached through relays alone.")]
    public TunnelMode Mode { get; init; } = TunnelMode.ServerAndClient;

    [Range(0, 65535), Description("TCP port at the address of `gossip.bind`; 0 takes a free one. Absent: 20006, or a free one where that is taken.")]
    public int? ListenPort { get; init; }

    [Description("What carries connections that come in: `tcp`, or `ws` where only web traffic passes. Both are dialled, as an address says.")]
    public TunnelTransport Transport { get; init; } = TunnelTransport.Tcp;

    [Description("File with the key of the private network (`swarm.key`), the same on every node. Absent: it comes from the mesh key or the credential.")]
    public string? Psk { get; init; }

    [Reloadable, Description("Where others reach this node beside that: behind a port that is forwarded to it. IP address or DNS name, with or without port, or a whole multiaddr. A node that others get through to there when they are asked to call it serves as a relay.")]
    public ImmutableArray<string> AdvertiseAddress { get; init; } = [];

    [Reloadable, Description("Relays to prefer. A node that finds itself among them is one, unless others that are asked to call it do not get through.")]
    public ImmutableArray<RelayNodeConfiguration> RelayNodes { get; init; } = [];

    [Reloadable, Description("Whether this node carries traffic for others: `auto` when others were shown to reach it, from the internet or at its `advertiseAddress`, and while it is among `relayNodes` unless they were shown not to; `always`, whatever others find; `never`. A node of mode `clientOnly` is none.")]
    public RelayDuty Relay { get; init; }

    [Range(1, 65536), Description("Nodes that this one, as a relay, puts callers through to. One more is sent to other relays, and so is who comes when one of the next two is all in use.")]
    public int RelayReservations { get; init; } = 4096;

    [Range(1, 65536), Description("Connections that this node, as a relay, carries for others at once.")]
    public int RelayCircuits { get; init; } = 4096;

    [Range(1, 65536), Description("How many of `relayCircuits` may be with one node at either end, so that one alone does not take them all. Absent: a quarter of them.")]
    public int? RelayCircuitsPerNode { get; init; }

    [Range(typeof(TimeSpan), "00:00:10", "7.00:00:00"), Description("How long such a connection lasts; what runs over it then goes on over the next. Absent: as long as its nodes like.")]
    public TimeSpan? RelayCircuitTime { get; init; }

    [Range(typeof(long), "65536", "9223372036854775807"), Description("Bytes such a connection carries in each direction; what runs over it then goes on over the next. Absent: any number.")]
    public long? RelayCircuitBytes { get; init; }

    [Range(1024, 2147483647), Description("What this node's line takes as a relay, bytes a second over all that it carries; what runs is not held back by it. Absent: it is not measured.")]
    public int? RelayBytesPerSecond { get; init; }

    [RegularExpression("[A-Za-z0-9_.-]{0,64}", ErrorMessage = "letters, digits, '_', '.' and '-', at most 64"), Description("This node's failure domain: two relays in one are lost together. Absent: its group.")]
    public string Zone { get; init; } = "";

    [Description("Whether this node may speak for its group to other groups. Three of those that may do.")]
    public bool Bridge { get; init; } = true;

    [Range(1, 64), Description("Relays measured at a time, the candidates for a place.")]
    public int MaxCandidates { get; init; } = 5;

    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00"), Description("How often a path in use is probed. A silent one is given up after three times that.")]
    public TimeSpan HeartbeatPeriod { get; init; } = TimeSpan.FromSeconds(1);

    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00"), Description("How often relays are looked for and compared when nothing happens.")]
    public TimeSpan FinderPeriod { get; init; } = TimeSpan.FromSeconds(10);

    [Range(typeof(TimeSpan), "00:00:01", "01:00:00"), Description("How long a connection through the tunnel may be without a path before it ends with an error.")]
    public TimeSpan ResumeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    [Description("Whether to look for nodes of this mesh in the LAN by multicast DNS; those of this group are joined. Not where `gossip.bind` is a loopback address.")]
    public bool Mdns { get; init; } = true;

    [RegularExpression("[A-Za-z0-9_-]{1,63}", ErrorMessage = "letters, digits, '_' and '-', at most 63"), Description("A word by which nodes find each other in the DHT of the mesh, beside the catalog. Absent: none.")]
    public string? Rendezvous { get; init; }

    [Description("Whether to answer EdgeMesh's agents in the same private network: they reach exported services of this node by the address these are registered with.")]
    public bool EdgeMesh { get; init; }

    [Description("Whether to make direct paths of relayed ones through NATs.")]
    public bool EnableHolePunch { get; init; } = true;
}
