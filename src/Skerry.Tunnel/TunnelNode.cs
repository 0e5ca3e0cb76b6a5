using System.Diagnostics.Metrics;

using Microsoft.Extensions.Logging;

using Skerry.Libp2p;
using Skerry.Primitives;
using Skerry.Tunnel.Claims;
using Skerry.Tunnel.Driver;

namespace Skerry.Tunnel;

/// <summary>
/// Reaches any node of the mesh by name: directly where that works, through relays where not; and carries sessions that go on when a path dies. Safe to use from
/// many threads.
/// </summary>
public sealed class TunnelNode : IAsyncDisposable
{
    /// <summary>How often others are asked to call this node: a relay that is reached no more is one for at most twice that.</summary>
    private static readonly TimeSpan ReachabilityInterval = TimeSpan.FromMinutes(2);

    private readonly TunnelOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly TunnelMetrics _metrics;
    private readonly Libp2pHost _host;
    private readonly BackgroundTasks _tasks = new();
    private readonly PeerNames _names;
    private readonly Links _links;
    private readonly RelayKeeper _relays;
    private readonly RelayRole _role;
    private readonly SessionService _service;
    private readonly SessionRequestor _requestor;

    private TunnelNode(TunnelOptions options, ITunnelDirectory directory, Libp2pHost host, TimeProvider time, ILogger logger, IMeterFactory meters)
    {
        (_options, _host, _logger, _time) = (options, host, logger, time);
        Budget = new SessionBudget(options);
        _metrics = new TunnelMetrics(meters, () => _service!.Sessions.Count + _requestor!.Sessions.Count, () => _relays!.Reservations, () => _role!.Load, Budget);
        _names = new PeerNames(options, host, _metrics, time, logger);
        _links = new Links(options, host, directory, _names, node => _relays!.Find(node), _metrics, time, logger);
        _role = new RelayRole(options, host, directory, time, logger) { Changed = OnRoleChanged, LoadChanged = Announce };
        var referrals = new RelayReferrals(options, host, _names, time);
        _relays = new RelayKeeper(options, host, _links, referrals, directory, time, logger) { IsNeeded = () => !_role.IsRelay && !_role.IsReached, Changed = Announce };
        (_links.RelayCost, _links.RelayNodeOf) = (_relays.CostOf, _relays.NodeOf);
        _service = new SessionService(options, host, _names, Budget, _tasks, _links.IsDead, _metrics, time, logger) { RelayOf = _links.RelayOf };
        _requestor = new SessionRequestor(options, host, _links, Budget, _tasks, _metrics, time, logger);
        _names.Refused = node =>
        {
            foreach (var session in Sessions.Where(session => session.Node == node)) session.Fail($"{node} is not believed any more");
        };
        host.Handle(PeerNames.Protocol, _names.AnswerAsync);
        host.Handle(SessionService.Protocol, _service.AnswerAsync);
        host.ReachabilityChanged += _ => _role.Apply();
        host.NetworkChanged += OnNetworkChanged;
        host.PeerFound += OnPeerFound;
        host.RoundTripMeasured += (address, took) => _metrics.Measured(address.IsCircuit, took);
        host.Connected += OnConnected;
        host.Closed += OnClosed;
    }

    /// <summary>Told, with the newest, when what others are to know of reaching this node has changed. Runs beside the tunnel, and may come twice with the same.</summary>
    public event Action<NodeRoutes>? Announced;

    /// <summary>Told of a node of this mesh that was found in the LAN or the DHT, with its group, once it is connected.</summary>
    public event Action<string, string>? NodeFound;

    /// <summary>Told of a node when it is connected.</summary>
    public event Action<string>? NodeConnected;

    /// <summary>Who this node is among libp2p peers.</summary>
    public PeerId Peer => _host.PeerId;

    /// <summary>Who this node is, and whom it believes.</summary>
    public TunnelIdentity Identity => _names.Identity;

    /// <summary>What others are to know of reaching this node.</summary>
    public NodeRoutes Routes => new(
        _options.Node, _options.Group, [.. _host.Addresses.Concat(_relays.Circuits.Select(address => address.WithPeer(Peer))).Distinct()], _role.IsRelay, _options.Zone, _role.Load);

    /// <summary>The tunnel at this moment.</summary>
    public TunnelStatus Status => new(_options.Node, Peer, _host.Addresses, Routes.Addresses, _role.IsRelay, _relays.Status, Paths(), _service.Sessions.Count + _requestor.Sessions.Count);

    /// <summary>What carries it all.</summary>
    internal Libp2pHost Host => _host;

    /// <summary>What sessions hold.</summary>
    internal SessionBudget Budget { get; }

    private IEnumerable<ResumableSession> Sessions => _requestor.Sessions.Concat(_service.Sessions);

    /// <summary>Starts to listen and looks for relays.</summary>
    /// <param name="options">Who and how.</param>
    /// <param name="directory">Where others are.</param>
    /// <param name="time">For deadlines.</param>
    /// <param name="loggers">For the log.</param>
    /// <param name="meters">Makes the meter <c>Skerry.Tunnel</c>.</param>
    /// <exception cref="TunnelException">An address cannot be listened on.</exception>
    public static async Task<TunnelNode> StartAsync(TunnelOptions options, ITunnelDirectory directory, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters)
    {
        TunnelNode? node = null;
        var networks = options.Identity.Networks;
        var settings = new Libp2pOptions
        {
            Identity = options.Identity.KeyOf(options.Node),
            Listen = options.Listen,
            PreSharedKey = networks[0],
            OtherPreSharedKeys = [.. networks.Skip(1)],
            Announce = options.Advertise,
            HolePunching = options.HolePunching,
            Autonat = options.Listen.Count > 0 ? new AutonatOptions { Interval = ReachabilityInterval } : null,
            Dht = new DhtOptions(),
            Rendezvous = options.Rendezvous,
            FinderPeriod = options.FinderPeriod,
            Mdns = options.LanService is { } service ? new MdnsOptions { ServiceName = service } : null,
            IsTrustedObserver = peer => node is { } started && started._relays.Named.Any(relay => started._names.IsAt(relay.Node, peer)),
            // A relay has a circuit's stream for every pair of nodes that meet through it, and a node one for each session.
            MaxConnections = 4096 + options.RelayLimits.MaxReservations,
            MaxStreamsPerConnection = 8192,
            MaxStreamsPerPeer = 8192,
            MaxStreams = 16384 + (2 * options.RelayLimits.MaxCircuits),
        };
        try
        {
            var host = await Libp2pHost.StartAsync(settings, time, loggers.CreateLogger("Skerry.Libp2p"), meters).ConfigureAwait(false);
            node = new TunnelNode(options, directory, host, time, loggers.CreateLogger("Skerry.Tunnel"), meters);
            node.Begin();
            return node;
        }
        catch (Libp2pException refused)
        {
            throw new TunnelException(refused.Message, refused);
        }
    }

    /// <summary>Opens a stream to a node under a protocol; it lives as long as its path does.</summary>
    /// <exception cref="TunnelException">The node is not reached, or does not speak it.</exception>
    public async Task<Libp2pStream> OpenAsync(string node, string protocol, CancellationToken cancel)
    {
        var connection = await _links.ReachAsync(node, cancel).ConfigureAwait(false);
        // It may be one of several to that node, and not the one that a session or the keeper of relays watches.
        _host.SetHeartbeat(connection, _options.HeartbeatPeriod, 2 * _options.HeartbeatPeriod);
        try
        {
            return await _host.OpenAsync(connection, [protocol], cancel).ConfigureAwait(false);
        }
        catch (Libp2pException failed)
        {
            throw new TunnelException($"{node}: {failed.Message}", failed);
        }
    }

    /// <summary>Answers a protocol on streams of other nodes; the handler is told the caller's name and group.</summary>
    public void Handle(string protocol, Func<string, string, Libp2pStream, CancellationToken, Task> handler) => _host.Handle(protocol, async (connection, stream, cancel) =>
    {
        var caller = await _names.OfAsync(connection.Peer, cancel).ConfigureAwait(false);
        await handler(caller.Node, caller.Group, stream, cancel).ConfigureAwait(false);
    });

    /// <summary>Asks a node for a session.</summary>
    /// <exception cref="TunnelException">It is not reached, or refuses: then <see cref="TunnelException.Refusal"/> says why.</exception>
    public Task<SessionStream> ConnectAsync(string node, SessionTarget target, CancellationToken cancel) => _requestor.OpenAsync(node, target, cancel);

    /// <summary>Decides about the sessions that other nodes ask for, and serves them. Until it is called all are refused.</summary>
    public void Serve(Func<IncomingSession, CancellationToken, Task> answer) => _service.Answer = answer;

    /// <summary>
    /// Answers EdgeMesh's agents in the same private network, too (<c>/libp2p/tunnel-discovery/1.0.0</c>, <c>/libp2p/tunnel-proxy/1.0.0</c>). Their target has no service, and the
    /// address they know it by as its instance; they are of no group.
    /// </summary>
    public void ServeEdgeMesh(Func<IncomingSession, CancellationToken, Task> answer)
    {
        var service = new EdgeMeshService(_metrics, _time, _logger) { Answer = answer };
        _host.Handle(EdgeMeshService.DiscoveryProtocol, service.DiscoverAsync);
        _host.Handle(EdgeMeshService.ProxyProtocol, service.ProxyAsync);
    }

    /// <summary>Measures a round trip to a node, by the path that is in use for it.</summary>
    /// <exception cref="TunnelException">It is not reached, or does not answer.</exception>
    public async Task<(TimeSpan RoundTrip, PathStatus Path)> PingAsync(string node, CancellationToken cancel)
    {
        var connection = await _links.ReachAsync(node, cancel).ConfigureAwait(false);
        try
        {
            return (await _host.PingAsync(connection, cancel).ConfigureAwait(false), Describe(connection));
        }
        catch (Exception failed) when (failed is Libp2pException or IOException)
        {
            throw new TunnelException($"{node} does not answer: {failed.Message}", failed);
        }
    }

    /// <summary>How a node would be reached now, and what was tried lately.</summary>
    public ReachReport Why(string node)
    {
        var best = _links.Best(node);
        var peer = best?.Peer ?? (_names.Identity.PeersOf(node) is [var computed, ..] ? computed : default);
        return new ReachReport(node, peer, best is null ? null : Describe(best), _links.AddressesOf(node), _links.History.Of(node));
    }

    /// <summary>The last measured round trip to a node that is connected; null: it is not, or was not measured.</summary>
    public TimeSpan? RoundTripTo(string node) => _links.Best(node) is { } best && best.RoundTrip > TimeSpan.Zero ? best.RoundTrip : null;

    /// <summary>Believes others than before, at once: connections of nodes that are no longer believed are closed, and their sessions end.</summary>
    /// <param name="identity">Whom to believe; the node's own key in it stays what it is.</param>
    /// <exception cref="ArgumentException">It has another key for this node: that takes another <see cref="TunnelNode"/>.</exception>
    public Task SetIdentityAsync(TunnelIdentity identity)
    {
        if (identity.KeyOf(_options.Node).PeerId != Peer) throw new ArgumentException("A node's own key cannot change while it runs.", nameof(identity));
        _host.SetPreSharedKeys(identity.Networks);
        return _names.ChangeAsync(identity);
    }

    /// <summary>Names other relays than before. This node itself among them is one until others are shown not to reach it, unless <see cref="SetRelay"/> says otherwise.</summary>
    public void SetRelayNodes(IReadOnlyList<RelayNode> relays)
    {
        _relays.SetNamed(relays);
        _role.SetNamed(relays.Any(relay => relay.Node == _options.Node));
        Announce();
    }

    /// <summary>Says where others reach this node beside where it listens, instead of <see cref="TunnelOptions.Advertise"/>; what <see cref="AddRelay"/> said stays.</summary>
    public void SetAdvertise(IEnumerable<Multiaddr> addresses)
    {
        _role.SetAdvertised([.. addresses]);
        Announce();
    }

    /// <summary>Prefers one relay more; this node itself becomes one, reached at the addresses besides, until others are shown not to reach it.</summary>
    public void AddRelay(RelayNode relay)
    {
        if (relay.Node == _options.Node)
        {
            _role.Begin([.. relay.Addresses]);
            Announce();
        }
        else _relays.SetNamed([.. _relays.Named.Where(known => known.Node != relay.Node), relay]);
    }

    /// <summary>Prefers a relay no more; this node itself ceases to be one.</summary>
    /// <returns>False when it was not preferred.</returns>
    public bool RemoveRelay(string node)
    {
        if (node == _options.Node)
        {
            SetRelay(RelayDuty.Never);
            return true;
        }

        var left = _relays.Named.RemoveAll(known => known.Node == node);
        if (left.Length == _relays.Named.Length) return false;
        _relays.SetNamed(left);
        return true;
    }

    /// <summary>Begins or ceases to carry traffic for others; it is no longer reached where <see cref="AddRelay"/> said.</summary>
    public void SetRelay(RelayDuty duty)
    {
        _role.SetDuty(duty);
        Announce();
    }

    /// <summary>The mesh says something new of its nodes.</summary>
    public void DirectoryChanged()
    {
        _links.OnDirectoryChanged();
        _relays.OnDirectoryChanged();
        _service.OnDirectoryChanged();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var session in Sessions) session.Fail("this node stops");
        await _tasks.DisposeAsync().ConfigureAwait(false);
        await _host.DisposeAsync().ConfigureAwait(false);
    }

    private void Begin()
    {
        _role.Apply();
        TunnelLog.Started(_logger, _options.Node, Peer.ToString(), _host.Addresses.Count == 0 ? "takes no connections in" : "listens on " + string.Join(", ", _host.Addresses.Select(address => address.WithoutPeer())));
        _tasks.Launch(_relays.RunAsync);
        _tasks.Launch(_role.RunAsync);
        _tasks.Launch(ImproveAsync);
        _tasks.Launch(_names.RunAsync);
    }

    /// <summary>Looks for better ways every now and then, for as long as the tunnel runs.</summary>
    private async Task ImproveAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await Task.Delay(_options.FinderPeriod, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _requestor.ImproveAsync(stopping).ConfigureAwait(false);
        }
    }

    private void OnNetworkChanged()
    {
        TunnelLog.NetworkChanged(_logger);
        _links.OnNetworkChanged();
        _relays.OnNetworkChanged();
        _requestor.OnNetworkChanged();
        Announce();
    }

    private void OnRoleChanged()
    {
        _tasks.Launch(cancel => _host.AnnounceAsync(cancel));
        _tasks.Launch(cancel => _host.Dht!.SetModeAsync(_role.IsRelay ? DhtMode.Server : DhtMode.Client, cancel));
        _relays.Wake();
        Announce();
    }

    private void Announce() => _tasks.Launch(_ =>
    {
        Announced?.Invoke(Routes);
        return Task.CompletedTask;
    });

    private void OnConnected(PeerConnection connection) => _tasks.Launch(async stopping =>
    {
        if (_names.Identity.Revocations.Covers(connection.Peer))
        {
            await _names.RefuseAsync(connection.Peer, null, ClaimRefusal.Revoked).ConfigureAwait(false);
            return;
        }

        await _names.TellAsync(connection, stopping).ConfigureAwait(false);
        try
        {
            var known = await _names.OfAsync(connection.Peer, stopping).ConfigureAwait(false);
            _requestor.OnConnected(known.Node, connection);
            NodeConnected?.Invoke(known.Node);
        }
        catch (Exception failed) when (failed is TunnelException or OperationCanceledException)
        {
            // No node of the mesh. A node that was revoked must not stay by not saying who it is.
            var isSilent = failed.InnerException is TimeoutException && _host.Connections.Any(open => open.Id == connection.Id);
            if (isSilent && _names.Identity.BelievesCredentials) await _names.RefuseAsync(connection.Peer, null, ClaimRefusal.Silent).ConfigureAwait(false);
            // It may have gone before it was asked about.
            _names.Forget(connection.Peer);
        }
    });

    private void OnPeerFound(FoundPeer found) => _tasks.Launch(async stopping =>
    {
        // The mesh's own are dialled; of strangers nothing comes but a failed handshake.
        foreach (var address in found.Addresses.Take(4))
        {
            if (_host.Connections.Any(connection => connection.Peer == found.Peer)) break;
            try
            {
                await _host.DialAsync(address.WithPeer(found.Peer), stopping).ConfigureAwait(false);
            }
            catch (Exception failed) when (failed is Libp2pException or IOException or OperationCanceledException)
            {
                TunnelLog.NotReached(_logger, found.Peer.ToString(), address.ToString(), failed.Message);
            }
        }

        if (_host.Connections.All(connection => connection.Peer != found.Peer)) return;
        try
        {
            var known = await _names.OfAsync(found.Peer, stopping).ConfigureAwait(false);
            NodeFound?.Invoke(known.Node, known.Group);
        }
        catch (Exception failed) when (failed is TunnelException or OperationCanceledException)
        {
            // It does not say who it is.
        }
    });

    private void OnClosed(PeerConnection connection)
    {
        _names.Forget(connection.Peer);
        _relays.OnClosed(connection);
    }

    private IReadOnlyList<PathStatus> Paths() => [.. _host.Connections.Select(Describe)];

    private PathStatus Describe(PeerConnection connection) => new(
        _names.Find(connection.Peer)?.Node,
        connection.Peer,
        connection.Address.IsCircuit ? PathKind.Relayed : PathKind.Direct,
        connection.Address,
        connection.IsDialler,
        connection.Security,
        connection.RoundTrip,
        Sessions.Count(session => session.Current?.Connection.Id == connection.Id));
}
