using System.Diagnostics.Metrics;
using System.Net;

using Microsoft.Extensions.Logging;

using Skerry.Libp2p.Driver;

namespace Skerry.Libp2p;

/// <summary>
/// A peer among libp2p peers: it listens, dials, proves who it is and whom it talks to, and carries any number of streams to each. Every step of a handshake
/// has a deadline; what a peer may take is bounded by <see cref="Libp2pOptions"/>. Safe to use from many threads.
/// </summary>
public sealed class Libp2pHost : IAsyncDisposable
{
    private readonly Libp2pOptions _options;
    private readonly TimeProvider _time;
    private readonly Swarm _swarm;
    private readonly IdentifyProtocol _identify;
    private readonly RelayClient _relays;
    private readonly DhtDriver? _dht;
    private readonly HolePuncher _puncher;
    private readonly AddressAnnouncer _announcer;
    private readonly NetworkWatch _network;
    private readonly Discovery _discovery;
    private readonly ReachabilityDriver? _reachability;
    private readonly AutonatServer? _autonat;
    private readonly Lock _gate = new();
    private volatile RelayService? _relay;

    private Libp2pHost(Libp2pOptions options, TimeProvider time, ILogger logger, IMeterFactory meters)
    {
        (_options, _time) = (options, time);
        _identify = new IdentifyProtocol(options, () => _swarm!);
        _swarm = new Swarm(options, time, logger, meters)
        {
            OnConnected = OnConnectedAsync,
            OnClosed = OnClosed,
            OnMeasured = (connection, took) => RoundTripMeasured?.Invoke(connection.Address, took),
            Calls = (relay, called, cancel) => _relays!.CallAsync(relay, called, cancel),
            SilenceOf = address => _puncher!.SilenceOf(address),
        };
        _relays = new RelayClient(PeerId, _swarm, time);
        _swarm.Handlers.Add(RelayService.StopId, _relays.AnswerAsync);
        SetRelay(options.Relay);
        if (options.Dht is not null)
        {
            _dht = new DhtDriver(options, options.Dht, _swarm, _identify, time, logger);
            _identify.OnIdentified += _dht.OnIdentified;
            Dht = new Dht(_dht);
        }

        _puncher = new HolePuncher(options, _swarm, time, logger) { OnEnded = OnPunched };
        _announcer = new AddressAnnouncer(_swarm.Own, _identify, time);
        _network = new NetworkWatch(_swarm.Connections, OnNetworkChanged, time);
        _identify.OnIdentified += (_, _) => _announcer.Check();
        if (options.Autonat is { } autonat)
        {
            var client = new AutonatClient(PeerId, autonat, _swarm, time);
            _swarm.Handlers.Add(AutonatClient.DialBackId, client.TakeDialBackAsync);
            _reachability = new ReachabilityDriver(autonat, _swarm, client, time, logger) { OnChanged = OnReachabilityChanged, OnProbed = _announcer.Check };
            _identify.OnIdentified += _reachability.OnIdentified;
            _swarm.Metrics.ObserveReachability(() => Reachability);
            if (autonat.Serves)
            {
                _autonat = new AutonatServer(options, autonat, _swarm, time);
                _swarm.Handlers.Add(AutonatServer.Id1, _autonat.AnswerAsync);
                _swarm.Handlers.Add(AutonatServer.Id2, _autonat.Answer2Async);
            }
        }

        if (_puncher.IsOn) _swarm.Handlers.Add(HolePuncher.Id, _puncher.AnswerAsync);
        _discovery = new Discovery(options, _swarm, _dht, found => PeerFound?.Invoke(found), time, logger);
        _swarm.Handlers.Add(PingProtocol.Id, (_, stream, cancel) => PingProtocol.AnswerAsync(stream, cancel));
        _swarm.Handlers.Add(IdentifyProtocol.Id, _identify.AnswerAsync);
        _swarm.Handlers.Add(IdentifyProtocol.PushId, _identify.TakePushAsync);
    }

    /// <summary>Told of each new connection, beside it.</summary>
    public event Action<PeerConnection>? Connected;

    /// <summary>Told of each connection that is over.</summary>
    public event Action<PeerConnection>? Closed;

    /// <summary>
    /// Told of each round trip that is measured, and where: of each new connection once, and as often as <see cref="SetHeartbeat"/> says. It must not wait, nor ask
    /// anything of this host.
    /// </summary>
    public event Action<Multiaddr, TimeSpan>? RoundTripMeasured;

    /// <summary>Told of each try, over now, to make a direct connection of a relayed one; won or lost.</summary>
    public event Action<HolePunch>? HolePunched;

    /// <summary>
    /// Told of each peer that <see cref="Libp2pOptions.Mdns"/> or the <see cref="Libp2pOptions.Rendezvous"/> finds, and now and then again while it is there:
    /// nobody is dialled for it. One call at a time; it should not wait.
    /// </summary>
    public event Action<FoundPeer>? PeerFound;

    /// <summary>Told when this machine has other addresses than before: connections from those that are gone have ended.</summary>
    public event Action? NetworkChanged;

    /// <summary>Told when <see cref="Reachability"/> changes.</summary>
    public event Action<Reachability>? ReachabilityChanged;

    /// <summary>Who this node is.</summary>
    public PeerId PeerId => _options.Identity.PeerId;

    /// <summary>Where it is reached straight, each with its peer id: where it listens, what <see cref="SetAnnounced"/> says, and what is believed of <see cref="ObservedAddresses"/>.</summary>
    public IReadOnlyList<Multiaddr> Addresses => [.. _swarm.Own.Direct.Select(address => address.WithPeer(PeerId))];

    /// <summary>Where peers see this node, those seen by most first. Behind a NAT that maps each connection differently there are many, and none is believed.</summary>
    public IReadOnlyList<ObservedAddress> ObservedAddresses => _swarm.Own.Observed;

    /// <summary>
    /// Whether others reach this node by calling it, as far as peers that serve AutoNAT have found out; its widest addresses decide. Always unknown without
    /// <see cref="Libp2pOptions.Autonat"/>.
    /// </summary>
    public Reachability Reachability => _reachability?.Current ?? Reachability.Unknown;

    /// <summary>The same, for each address that was asked about.</summary>
    public IReadOnlyList<AddressReachability> AddressReachability => _reachability?.Addresses ?? [];

    /// <summary>Its connections at this moment, without those that are over and only waiting for their streams to notice.</summary>
    public IReadOnlyList<PeerConnection> Connections => [.. _swarm.Connections.All.Where(connection => connection.Session.Failure is null).Select(connection => connection.Describe())];

    /// <summary>How much of what it may carry for others as a relay is in use, as the scarcest of it is: 0 to 1, above where more comes than may be; null: it is no relay.</summary>
    public double? RelayLoad => _relay?.Load;

    /// <summary>Its part in a DHT; null when <see cref="Libp2pOptions.Dht"/> is.</summary>
    public Dht? Dht { get; }

    /// <summary>What peers hold of it.</summary>
    internal ResourceLedger Ledger => _swarm.Ledger;

    /// <summary>Connections from outside that are shaking hands.</summary>
    internal int Handshakes => _swarm.Handshakes.Count;

    /// <summary>Connections open or shaking hands, those it dials too.</summary>
    internal int Places => _swarm.Connections.Taken;

    /// <summary>Starts to listen.</summary>
    /// <param name="options">Who and where.</param>
    /// <param name="time">For deadlines and round trips.</param>
    /// <param name="logger">Takes messages 4000 to 4099.</param>
    /// <param name="meters">Makes the meter <c>Skerry.Libp2p</c>.</param>
    /// <exception cref="Libp2pException">An address cannot be listened on.</exception>
    public static async Task<Libp2pHost> StartAsync(Libp2pOptions options, TimeProvider time, ILogger logger, IMeterFactory meters)
    {
        var host = new Libp2pHost(options, time, logger, meters);
        try
        {
            host._swarm.Listen();
            host._announcer.Start();
            host._network.Start();
            host._discovery.Start();
            if (options is { Autonat.Interval.Ticks: > 0, Listen.Count: > 0 }) host._reachability?.Start();
            return host;
        }
        catch (Libp2pException)
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Answers a protocol on streams that peers open, from now on. When the handler is done its stream is closed, broken off if it has not ended.</summary>
    /// <param name="protocol">As <c>/skerry/echo/1.0.0</c>.</param>
    /// <param name="handler">Runs once for each stream; the token is cancelled when this host stops.</param>
    /// <exception cref="InvalidOperationException">The protocol is answered already.</exception>
    public void Handle(string protocol, Func<Libp2pStream, CancellationToken, Task> handler) =>
        Handle(protocol, (_, stream, cancel) => handler(stream, cancel));

    /// <summary>As the other, with the connection that the stream came over.</summary>
    public void Handle(string protocol, Func<PeerConnection, Libp2pStream, CancellationToken, Task> handler) =>
        _swarm.Handlers.Add(protocol, (connection, stream, cancel) => handler(connection.Describe(), stream, cancel));

    /// <summary>Begins or ceases to be a relay, or is one under other limits; circuits that stand go on. <see cref="AnnounceAsync"/> tells the peers.</summary>
    /// <param name="relay">What to carry for others; null: nothing more.</param>
    public void SetRelay(RelayOptions? relay)
    {
        lock (_gate)
        {
            if (_relay is { } before)
            {
                before.End();
                _swarm.Handlers.Remove(RelayService.HopId);
            }

            _relay = relay is null ? null : new RelayService(_options, relay, _swarm, _time);
            if (_relay is { } now) _swarm.Handlers.Add(RelayService.HopId, now.AnswerAsync);
        }
    }

    /// <summary>Changes the keys of the private network for connections made from now on; those that stand go on.</summary>
    /// <param name="keys">Those that are valid, the one to call under first; at least one.</param>
    /// <exception cref="InvalidOperationException">This host is in no private network.</exception>
    public void SetPreSharedKeys(IReadOnlyList<PreSharedKey> keys)
    {
        ArgumentOutOfRangeException.ThrowIfZero(keys.Count);
        if (_options.PreSharedKey is null) throw new InvalidOperationException("A host in no private network cannot enter one.");
        _swarm.Networks = [.. keys];
    }

    /// <summary>Says where this node is reached besides, instead of <see cref="Libp2pOptions.Announce"/>; the connected peers are told a second later.</summary>
    public void SetAnnounced(IReadOnlyList<Multiaddr> addresses)
    {
        _swarm.Own.SetAnnounced([.. addresses]);
        _reachability?.OnAnnounced();
        _announcer.Check();
    }

    /// <summary>Tells the connected peers what this node speaks and where it listens now.</summary>
    public Task AnnounceAsync(CancellationToken cancel = default) => _identify.PushAsync(cancel);

    /// <summary>Connects to a peer, through a relay if its address says so.</summary>
    /// <param name="address">Where; with <c>/p2p/…</c> at its end nobody else will do.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>Who is there.</returns>
    /// <exception cref="Libp2pException">Nobody is there, somebody else is, or the handshake failed.</exception>
    public async Task<PeerId> ConnectAsync(Multiaddr address, CancellationToken cancel = default) => (await DialAsync(address, cancel).ConfigureAwait(false)).Peer;

    /// <summary>As <see cref="ConnectAsync"/>; gives the connection, which may be one of several to that peer.</summary>
    /// <exception cref="Libp2pException">Nobody is there, somebody else is, or the handshake failed.</exception>
    public async Task<PeerConnection> DialAsync(Multiaddr address, CancellationToken cancel = default) => (await _swarm.DialAsync(address, cancel).ConfigureAwait(false)).Describe();

    /// <summary>Closes one connection; its streams break.</summary>
    public Task CloseAsync(PeerConnection connection) => _swarm.Connections.Find(connection)?.Session.DisposeAsync().AsTask() ?? Task.CompletedTask;

    /// <summary>
    /// Ends the connections from addresses that are this machine's no more, and looks at its addresses anew. A host does that by itself when the system tells it; this
    /// is for who knows it earlier, or otherwise.
    /// </summary>
    /// <param name="isOwn">Whether an address is this machine's.</param>
    public void Leave(Func<IPAddress, bool> isOwn)
    {
        _network.Drop(isOwn);
        OnNetworkChanged();
    }

    /// <summary>Pings over a connection from now on so often, and gives it up when the peer is silent for so long after a ping.</summary>
    public void SetHeartbeat(PeerConnection connection, TimeSpan period, TimeSpan timeout) => _swarm.Connections.Find(connection)?.Session.SetHeartbeat(period, timeout);

    /// <summary>Has connected peers that serve AutoNAT call this node now.</summary>
    /// <returns>What is known then; unknown when there is nobody to ask, or <see cref="Libp2pOptions.Autonat"/> is null.</returns>
    public Task<Reachability> ProbeAsync(CancellationToken cancel = default) => _reachability?.ProbeAsync(cancel) ?? Task.FromResult(Reachability.Unknown);

    /// <summary>
    /// Tries now to make a direct connection of a relayed one. A host does that by itself for each connection that comes in through a relay; this is for
    /// trying again later, when the network has changed.
    /// </summary>
    /// <returns>What became of it; null when there is a direct connection, this relayed one is over, or a try with this peer is under way.</returns>
    public async Task<HolePunch?> PunchAsync(PeerConnection relayed, CancellationToken cancel = default) =>
        _swarm.Connections.Find(relayed) is { IsRelayed: true } connection ? await _puncher.PunchAsync(connection, cancel).ConfigureAwait(false) : null;

    /// <summary>Asks a connected relay to put callers through to this node. Ask again before it expires, and after every loss of the connection.</summary>
    /// <exception cref="Libp2pException">There is no connection to it, it is no relay, or it has no room.</exception>
    public Task<RelayReservation> ReserveAsync(PeerId relay, CancellationToken cancel = default) => ReserveAsync(ConnectionTo(relay), cancel);

    /// <summary>As the other, of one certain connection.</summary>
    /// <exception cref="RelayFullException">It has no room.</exception>
    /// <exception cref="Libp2pException">It is over, or its peer is no relay.</exception>
    public Task<RelayReservation> ReserveAsync(PeerConnection relay, CancellationToken cancel = default) => ReserveAsync(ConnectionTo(relay), cancel);

    /// <summary>Tells a relay that it need not put callers through any more. Relays that are not Skerry's may not know this; there the reservation runs out.</summary>
    /// <exception cref="Libp2pException">The connection is over, or the relay does not hear it.</exception>
    public Task ReleaseAsync(PeerConnection relay, CancellationToken cancel = default) => _relays.ReleaseAsync(ConnectionTo(relay), cancel);

    /// <summary>Opens a stream to a connected peer under the first of the protocols that it speaks.</summary>
    /// <exception cref="Libp2pException">There is no connection to it, or it speaks none of them.</exception>
    public Task<Libp2pStream> OpenAsync(PeerId peer, IReadOnlyList<string> protocols, CancellationToken cancel = default) => _swarm.OpenAsync(ConnectionTo(peer), protocols, cancel);

    /// <summary>Opens a stream over one certain connection.</summary>
    /// <exception cref="Libp2pException">It is over, or its peer speaks none of the protocols.</exception>
    public Task<Libp2pStream> OpenAsync(PeerConnection connection, IReadOnlyList<string> protocols, CancellationToken cancel = default) =>
        _swarm.OpenAsync(ConnectionTo(connection), protocols, cancel);

    /// <summary>What a connected peer says of itself; waits until it has said it.</summary>
    /// <exception cref="Libp2pException">There is no connection to it, or it does not say.</exception>
    public Task<PeerInfo> GetInfoAsync(PeerId peer, CancellationToken cancel = default) => ConnectionTo(peer).Info.WaitAsync(cancel);

    /// <summary>Measures a round trip to a connected peer.</summary>
    /// <exception cref="Libp2pException">There is no connection to it, or it does not answer as it should.</exception>
    public async Task<TimeSpan> PingAsync(PeerId peer, CancellationToken cancel = default)
    {
        var stream = await OpenAsync(peer, [PingProtocol.Id], cancel).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        return await PingProtocol.MeasureAsync(stream, _time, cancel).ConfigureAwait(false);
    }

    /// <summary>Measures a round trip over one certain connection.</summary>
    /// <exception cref="Libp2pException">It is over, or its peer does not answer as it should.</exception>
    public async Task<TimeSpan> PingAsync(PeerConnection connection, CancellationToken cancel = default)
    {
        var stream = await OpenAsync(connection, [PingProtocol.Id], cancel).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        return await PingProtocol.MeasureAsync(stream, _time, cancel).ConfigureAwait(false);
    }

    /// <summary>Closes all connections and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        await _network.DisposeAsync().ConfigureAwait(false);
        await _discovery.DisposeAsync().ConfigureAwait(false);
        if (_dht is not null) await _dht.DisposeAsync().ConfigureAwait(false);
        await _announcer.DisposeAsync().ConfigureAwait(false);
        await _puncher.DisposeAsync().ConfigureAwait(false);
        await _swarm.DisposeAsync().ConfigureAwait(false);
        // After the connections, which may still have something to tell it.
        if (_reachability is not null) await _reachability.DisposeAsync().ConfigureAwait(false);
        _autonat?.Dispose();
    }

    private Task OnConnectedAsync(Connection connection, CancellationToken cancel)
    {
        _puncher.OnConnected(connection);
        Connected?.Invoke(connection.Describe());
        return _identify.AskAsync(connection, cancel);
    }

    private void OnNetworkChanged()
    {
        _swarm.Own.OnNetworkChanged();
        _reachability?.OnAnnounced();
        _announcer.Check();
        NetworkChanged?.Invoke();
    }

    private void OnPunched(HolePunch punch)
    {
        _swarm.Metrics.Punched(punch);
        HolePunched?.Invoke(punch);
    }

    private void OnReachabilityChanged(Reachability reachability)
    {
        if (_options.Dht is { FollowsReachability: true } && reachability != Reachability.Unknown)
            _dht!.BeginMode(reachability == Reachability.Public ? DhtMode.Server : DhtMode.Client);
        ReachabilityChanged?.Invoke(reachability);
    }

    private void OnClosed(Connection connection)
    {
        _relay?.OnClosed(connection);
        _swarm.Own.OnClosed(connection);
        _dht?.OnClosed(connection);
        Closed?.Invoke(connection.Describe());
    }

    private Connection ConnectionTo(PeerConnection described) =>
        _swarm.Connections.Find(described) ?? throw new Libp2pException($"The connection to {described.Peer} at {described.Address} is over.");

    private async Task<RelayReservation> ReserveAsync(Connection relay, CancellationToken cancel)
    {
        var reservation = await _relays.ReserveAsync(relay, cancel).ConfigureAwait(false);
        _swarm.Own.OnReserved(relay, reservation.Addresses, reservation.Expires - _time.GetUtcNow());
        if (relay.Session.Failure is not null) _swarm.Own.OnClosed(relay);
        _announcer.Check();
        return reservation;
    }

    private Connection ConnectionTo(PeerId peer) => _swarm.Connections.Find(peer) ?? throw new Libp2pException($"There is no connection to {peer}.");
}
