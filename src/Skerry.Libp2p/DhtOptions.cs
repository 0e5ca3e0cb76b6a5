namespace Skerry.Libp2p;

/// <summary>A Kademlia DHT in a namespace of its own, and what it may take (libp2p kad-dht/README.md).</summary>
public sealed record DhtOptions
{
    /// <summary>Its namespace: only nodes with the same protocol id are in it. go-libp2p's own are <c>/ipfs/kad/1.0.0</c> and <c>/ipfs/lan/kad/1.0.0</c>.</summary>
    public string Protocol { get; init; } = "/skerry/kad/1.0.0";

    /// <summary>What this node is at first; <see cref="Dht.SetModeAsync"/> changes it.</summary>
    public DhtMode Mode { get; init; } = DhtMode.Client;

    /// <summary>
    /// Whether this node becomes a server when <see cref="Libp2pOptions.Autonat"/> finds that others reach it, and a client when they do not. Without Autonat
    /// nobody finds out.
    /// </summary>
    public bool FollowsReachability { get; init; }

    /// <summary>Nodes that hold a record, nodes in a bucket, nodes in an answer: the specification's k. 1 to 64.</summary>
    public int Replication { get; init; } = 20;

    /// <summary>Nodes one query asks at once: the specification's alpha. 1 to 64.</summary>
    public int Concurrency { get; init; } = 10;

    /// <summary>How long a node may take to answer, dialling included. Above zero.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a query may take; then it ends with what it has. Above zero.</summary>
    public TimeSpan QueryTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often every part of the routing table is looked after. Above zero.</summary>
    public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a record of a provider is held unless it comes again. Above zero.</summary>
    public TimeSpan ProviderExpiry { get; init; } = TimeSpan.FromHours(48);

    /// <summary>How long the addresses in a provider's record are given out; after that only its id is. Above zero.</summary>
    public TimeSpan ProviderAddressExpiry { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How often this node says again what it provides. Below <see cref="ProviderExpiry"/>.</summary>
    public TimeSpan RepublishInterval { get; init; } = TimeSpan.FromHours(22);

    /// <summary>Keys this node holds records for; more are refused. 1 or more.</summary>
    public int MaxKeys { get; init; } = 16_384;

    /// <summary>Providers of one key this node holds; more are refused. 1 or more.</summary>
    public int MaxProvidersPerKey { get; init; } = 1024;

    /// <summary>Keys this node holds one provider's records for; more are refused. 1 or more.</summary>
    public int MaxKeysPerProvider { get; init; } = 1024;

    /// <summary>Keys this node provides itself. 1 or more.</summary>
    public int MaxProvided { get; init; } = 1024;

    /// <summary>Queries of this node's user at once; more are refused. 1 or more.</summary>
    public int MaxQueries { get; init; } = 64;

    /// <summary>Requests a peer may make a second, on average; twice as many at once. What is more is refused. 1 or more.</summary>
    public int MaxRequestsPerSecond { get; init; } = 100;
}
