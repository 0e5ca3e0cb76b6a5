using System.Net;
using System.Security.Cryptography.X509Certificates;

using Skerry.Libp2p.Core.Dcutr;
using Skerry.Libp2p.Driver;

namespace Skerry.Libp2p;

/// <summary>What a <see cref="Libp2pHost"/> is and how much it lets others take.</summary>
public sealed record Libp2pOptions
{
    /// <summary>Who this node is.</summary>
    public required IdentityKey Identity { get; init; }

    /// <summary>
    /// Where to listen: <c>/ip4/…/tcp/PORT</c> or <c>/ip6/…/tcp/PORT</c>, with <c>/ws</c> behind it for WebSocket, or <c>/wss</c> for WebSocket over TLS with
    /// <see cref="WebSocketCertificate"/>; port 0 takes a free one. Empty: this node only dials.
    /// </summary>
    public IReadOnlyList<Multiaddr> Listen { get; init; } = [];

    /// <summary>Name servers that are asked, over TCP, what a <c>/dnsaddr/…</c> stands for; none: the system's.</summary>
    public IReadOnlyList<IPEndPoint> NameServers { get; init; } = [];

    /// <summary>What WebSocket over TLS is served with; its key with it. Null: there is no listening on such addresses.</summary>
    public X509Certificate2? WebSocketCertificate { get; init; }

    /// <summary>The private network this node is in; null: none, and no private network's peer understands it.</summary>
    public PreSharedKey? PreSharedKey { get; init; }

    /// <summary>
    /// Keys of the private network that are valid beside <see cref="PreSharedKey"/>, while one follows the other: who calls under one of them is answered under it,
    /// and who does not understand the first is called again under the next. Of no use without the first. <see cref="Libp2pHost.SetPreSharedKeys"/> changes them.
    /// </summary>
    public IReadOnlyList<PreSharedKey> OtherPreSharedKeys { get; init; } = [];

    /// <summary>What this node calls itself to peers that ask.</summary>
    public string AgentVersion { get; init; } = "skerry";

    /// <summary>What may protect a connection, the best first: <c>/noise</c>, <c>/tls/1.0.0</c>. One or both.</summary>
    public IReadOnlyList<string> Security { get; init; } = [NoiseSecurity.Protocol, TlsSecurity.Protocol];

    /// <summary>Where this node is reached besides, for peers to be told: a port forwarded to it, a name. <see cref="Libp2pHost.SetAnnounced"/> changes it.</summary>
    public IReadOnlyList<Multiaddr> Announce { get; init; } = [];

    /// <summary>
    /// Whether to make direct connections of relayed ones through NATs (libp2p relay/DCUtR.md), where this node listens. Calls then go out from the port that
    /// is listened on, as far as the system can share it.
    /// </summary>
    public bool HolePunching { get; init; } = true;

    /// <summary>
    /// A relayed connection is closed when a direct one has come of it and no stream has been on it after this time, asked again and again; null: it stays
    /// until somebody closes it. Above zero.
    /// </summary>
    public TimeSpan? RelayedConnectionGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Peers with different IP addresses that must see this node at an address before others are told of it. 1 or more.</summary>
    public int ObservedAddressConfirmations { get; init; } = 3;

    /// <summary>Peers whose word alone is enough for that: relays that were named on purpose. Asked on many threads.</summary>
    public Func<PeerId, bool> IsTrustedObserver { get; init; } = _ => false;

    /// <summary>Finding out whether others reach this node, and trying that for others; null: neither.</summary>
    public AutonatOptions? Autonat { get; init; }

    /// <summary>What this node carries for others; null: it is no relay.</summary>
    public RelayOptions? Relay { get; init; }

    /// <summary>The DHT this node is in; null: none.</summary>
    public DhtOptions? Dht { get; init; }

    /// <summary>How to find peers in the LAN, and be found; null: not at all.</summary>
    public MdnsOptions? Mdns { get; init; }

    /// <summary>
    /// The word under which peers that belong together meet: its hash is a key that each provides in the <see cref="Dht"/> and looks for there, and it is the
    /// service name in the LAN (<see cref="Mdns"/>). 1 to 63 bytes between two dots. Null: nobody is looked for in the DHT, and every libp2p peer in the LAN.
    /// </summary>
    public string? Rendezvous { get; init; }

    /// <summary>How often to look in the DHT for who is at the <see cref="Rendezvous"/>. Above zero.</summary>
    public TimeSpan FinderPeriod { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long dialling, securing and agreeing on a muxer may take together, and each later negotiation alone. Above zero.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Connections at once, those still shaking hands among them; more are refused. 1 or more.</summary>
    public int MaxConnections { get; init; } = 1024;

    /// <summary>
    /// Connections from outside that may be shaking hands at once. One more, and the one that has been at it longest is cut off if that is more than a second;
    /// otherwise the new one is refused. 1 or more.
    /// </summary>
    public int MaxHandshakes { get; init; } = 256;

    /// <summary>Connections of one peer at once; more are refused. 1 or more.</summary>
    public int MaxConnectionsPerPeer { get; init; } = 8;

    /// <summary>Streams one connection's peer may have open at once; more are broken off at once. 1 or more.</summary>
    public int MaxStreamsPerConnection { get; init; } = 1024;

    /// <summary>Streams one peer may have open at once over all its connections; more are broken off at once. 1 or more.</summary>
    public int MaxStreamsPerPeer { get; init; } = 2048;

    /// <summary>Streams at once in all; while there are more, those that peers open are broken off at once. 1 or more.</summary>
    public int MaxStreams { get; init; } = 16384;

    /// <summary>
    /// What all peers together may hold of this node's memory, bytes: what they send and nobody has read, what they are sent and do not take. Above three quarters
    /// new connections and streams are refused and windows no longer grow; a stream that needs more than the whole is broken off. 1 MiB or more.
    /// </summary>
    public long MaxMemory { get; init; } = 512 << 20;

    /// <summary>What one peer may hold of it over all its connections, bytes: a stream that needs more is broken off. 1 MiB or more.</summary>
    public long MaxMemoryPerPeer { get; init; } = 128 << 20;

    /// <summary>The largest window of a stream: what may wait in memory unread, bytes. 256 KiB to 1 GiB.</summary>
    public int MaxStreamWindow { get; init; } = 16 << 20;

    /// <summary>Bounds of hole punches.</summary>
    internal DcutrTiming Punching { get; init; } = new();
}
