using Skerry.Primitives;

namespace Skerry.Libp2p.Core.Kademlia;

/// <summary>
/// A node of a Kademlia DHT without its streams (libp2p kad-dht/README.md): the routing table and its care, what it answers, and its queries. What it asks
/// gets a number under which the driver reports how it went; what it is asked has a number of the driver's.
/// </summary>
internal sealed partial class KademliaCore
{
    private readonly PeerId _self;
    private readonly DhtOptions _options;
    private readonly Prng _random;
    private readonly RoutingTable _table;
    private readonly ProviderStore _providers;
    private readonly RequestBudget _budget;
    private readonly Dictionary<PeerId, IReadOnlyList<Multiaddr>> _connected = [];
    private readonly Queue<KadOutput> _outputs = [];

    /// <summary>A node that knows nobody yet.</summary>
    /// <param name="self">Who it is.</param>
    /// <param name="options">Its namespace and bounds.</param>
    /// <param name="random">Its draws.</param>
    public KademliaCore(PeerId self, DhtOptions options, Prng random)
    {
        (_self, _options, _random) = (self, options, random);
        _table = new RoutingTable(KadKey.Of(self.Bytes), options.Replication, options.RefreshInterval);
        _providers = new ProviderStore(options);
        _budget = new RequestBudget(options.MaxRequestsPerSecond);
        Mode = options.Mode;
    }

    /// <summary>Whether it answers.</summary>
    public DhtMode Mode { get; set; }

    /// <summary>Where this node is, as its records say.</summary>
    public IReadOnlyList<Multiaddr> Addresses { get; set; } = [];

    /// <summary>Nodes known that do not fail.</summary>
    public int Nodes => _table.Working;

    /// <summary>Records of providers held for others.</summary>
    public int Records => _providers.Count;

    /// <summary>The next moment <see cref="Advance"/> has something to do; <see cref="Instant.Never"/>: at none.</summary>
    public Instant NextDeadline
    {
        get
        {
            while (_requestDeadlines.TryPeek(out var head) && !_requests.ContainsKey(head.Number)) _requestDeadlines.Dequeue();
            while (_queryDeadlines.TryPeek(out var query) && query.IsOver) _queryDeadlines.Dequeue();
            var next = Instant.Min(_table.NextCheck, Instant.Min(_providers.NextExpiry, Instant.Min(_nextRefresh, _nextProvide)));
            if (_requestDeadlines.TryPeek(out var request)) next = Instant.Min(next, request.Deadline);
            return _queryDeadlines.TryPeek(out var first) ? Instant.Min(next, first.Deadline) : next;
        }
    }

    /// <summary>Takes the next thing to do.</summary>
    public bool TryTake(out KadOutput output) => _outputs.TryDequeue(out output!);

    /// <summary>There is a connection to a peer, and it has said what it speaks, or says so anew.</summary>
    /// <param name="peer">Who, and where it listens.</param>
    /// <param name="isServer">Whether it answers in this DHT: only then may it stand in the routing table.</param>
    /// <param name="now">This moment.</param>
    public void Met(PeerAddresses peer, bool isServer, Instant now)
    {
        if (peer.Peer == _self) return;
        _connected[peer.Peer] = peer.Addresses;
        if (isServer) See(peer, now);
        else _table.Remove(peer.Peer);
    }

    /// <summary>There is no connection to a peer any more. In the routing table it stays: it can be dialled.</summary>
    public void Parted(PeerId peer) => _connected.Remove(peer);

    /// <summary>Somebody says that a peer may be in this DHT: it is asked.</summary>
    public void Suggest(PeerAddresses peer, Instant now)
    {
        if (peer.Peer != _self && peer.Addresses.Count > 0 && _table.Find(peer.Peer) is null or { IsFailing: true }) Check(peer, now);
    }

    /// <summary>Does what is due.</summary>
    public void Advance(Instant now)
    {
        while (_requestDeadlines.TryPeek(out var request) && request.Deadline <= now)
        {
            _requestDeadlines.Dequeue();
            Failed(request.Number, now);
        }

        while (_queryDeadlines.TryPeek(out var query) && query.Deadline <= now)
        {
            _queryDeadlines.Dequeue();
            if (!query.IsOver) End(query, now);
        }

        _providers.Expire(now);
        if (_table.NextCheck <= now)
        {
            foreach (var entry in _table.TakeDoubtful(now)) Check(entry.Describe(), now);
        }

        if (_nextRefresh <= now) BeginRefresh(now);
        if (_nextProvide <= now) ProvideAgain(now);
    }

    private void See(PeerAddresses peer, Instant now)
    {
        var before = _table.Working;
        _table.Seen(peer.Peer, peer.Addresses, now);
        if (_table.Working == before) return;
        if (before > 0)
        {
            HastenProviding(now + NewcomerWait);
            return;
        }

        // The first node, or the first again after a cut: look around, and let it be known what is provided here.
        _refreshWait = FirstRefresh;
        if (_refreshes.Count == 0 && !_isRefreshing) _nextRefresh = now;
        HastenProviding(now);
    }

    private void Check(PeerAddresses peer, Instant now) => Send(peer, null, new KadMessage(KadMessageType.FindNode, _self.Bytes.ToArray()), KadOutputKind.Ask, now);
}
