using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;

using Microsoft.Extensions.Logging;

using Skerry.Libp2p.Wire;
using Skerry.Primitives;

namespace Skerry.Libp2p.Driver;

/// <summary>Makes connections, takes them in, and lets streams run on them.</summary>
internal sealed class Swarm : IAsyncDisposable
{
    /// <summary>One way is tried for so long before the next is, too: the time it takes to shake hands over a slow link.</summary>
    private static readonly TimeSpan Stagger = TimeSpan.FromSeconds(1);

    private readonly Libp2pOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Upgrader _upgrader;
    private readonly TcpDialler _dialler;
    private readonly DnsAddresses _names;
    private readonly BackgroundTasks _tasks = new();
    private readonly List<Listener> _listeners = [];
    private volatile IPEndPoint[] _listening = [];
    private volatile Listener[] _web = [];

    public Swarm(Libp2pOptions options, TimeProvider time, ILogger logger, IMeterFactory meters)
    {
        (_options, _time, _logger) = (options, time, logger);
        Ledger = new ResourceLedger(options);
        _upgrader = new Upgrader(options, Ledger, time);
        Connections = new ConnectionTable(options);
        Own = new OwnAddresses(options, () => _listening, () => _web, time);
        _names = new DnsAddresses(options.NameServers);
        _dialler = new TcpDialler(() => _listening, time);
        Handshakes = new HandshakeQueue(options.MaxHandshakes, time);
        Metrics = new Libp2pMetrics(meters, Connections, Handshakes, Ledger);
    }

    public ConnectionTable Connections { get; }

    /// <summary>What they hold.</summary>
    public ResourceLedger Ledger { get; }

    /// <summary>Those that come in and are not proved yet.</summary>
    public HandshakeQueue Handshakes { get; }

    public StreamHandlers Handlers { get; } = new();

    public Libp2pMetrics Metrics { get; }

    /// <summary>Where it is reached.</summary>
    public OwnAddresses Own { get; }

    /// <summary>The keys of the private network that are valid, the one to speak under first; empty: it is none.</summary>
    public IReadOnlyList<PreSharedKey> Networks
    {
        get => _upgrader.Networks;
        set => _upgrader.Networks = value;
    }

    /// <summary>How long to wait for a word of who comes in from an address before speaking first; null: for good.</summary>
    public Func<Multiaddr, TimeSpan?> SilenceOf { get; init; } = _ => null;

    /// <summary>Told of each connection when it is ready; it runs beside the connection.</summary>
    public required Func<Connection, CancellationToken, Task> OnConnected { get; init; }

    /// <summary>Told of each round trip that is measured; it must not wait.</summary>
    public Action<Connection, TimeSpan> OnMeasured { get; init; } = (_, _) => { };

    /// <summary>Told of each connection that is over.</summary>
    public required Action<Connection> OnClosed { get; init; }

    /// <summary>Opens a way through a connected relay to a peer behind it.</summary>
    public required Func<Connection, PeerId, CancellationToken, Task<Stream>> Calls { get; init; }

    /// <exception cref="Libp2pException">An address cannot be listened on.</exception>
    public void Listen()
    {
        foreach (var address in _options.Listen)
        {
            var isWeb = WebSocketAddress.TryRead(address, out var web);
            if (web is { IsSecure: true } && _options.WebSocketCertificate is null) throw new Libp2pException($"{address} cannot be listened on: there is no certificate for it.");
            _listeners.Add(new Listener(TcpTransport.Listen(address, _options.HolePunching && !isWeb), isWeb ? Multiaddr.Parse(web!.IsSecure ? "/wss" : "/ws") : null));
        }

        _listening = [.. _listeners.Where(listener => listener.Web is null).Select(listener => listener.EndPoint)];
        _web = [.. _listeners.Where(listener => listener.Web is not null)];
        foreach (var listener in _listeners)
        {
            Libp2pLog.Listening(_logger, _options.Identity.PeerId, listener.AddressAt(listener.EndPoint));
            _tasks.Launch(stopping => AcceptAsync(listener, stopping));
        }
    }

    /// <exception cref="Libp2pException">Nobody is there, or somebody else.</exception>
    public Task<Connection> DialAsync(Multiaddr address, CancellationToken cancel) => DialAsync(address, DialTerms.Ordinary, cancel);

    /// <exception cref="Libp2pException">Nobody is there, or somebody else.</exception>
    public async Task<Connection> DialAsync(Multiaddr address, DialTerms terms, CancellationToken cancel)
    {
        if (!Connections.TryTakePlace()) throw new Libp2pException($"No connection to {address}: {_options.MaxConnections} are open, as many as are allowed.");
        try
        {
            using var deadline = WithDeadline(cancel);
            var connection = await (DnsAddresses.Is(address) ? ReachAnyAsync(address, terms, deadline.Token) : ReachOneAsync(address, terms, deadline.Token)).ConfigureAwait(false);
            return Begin(connection) ? connection : throw new Libp2pException($"No connection to {address}: {_options.MaxConnectionsPerPeer} are open to this peer, as many as are allowed.");
        }
        catch (Exception failed)
        {
            Connections.GiveBackPlace();
            Metrics.Refused(isDialler: true);
            if (failed is OperationCanceledException && !cancel.IsCancellationRequested) throw new Libp2pException($"{address} has not shaken hands within {_options.HandshakeTimeout.TotalSeconds:0} s.", failed);
            throw;
        }
    }

    /// <summary>Calls from a port of its own and under another identity, for one purpose: the connection is in no list, and whoever asked for it closes it.</summary>
    /// <exception cref="Libp2pException">Nobody is there, or somebody else.</exception>
    public async Task<Connection> DialAloneAsync(Multiaddr address, Upgrader caller, CancellationToken cancel)
    {
        if (!Connections.TryTakePlace()) throw new Libp2pException($"No connection to {address}: {_options.MaxConnections} are open, as many as are allowed.");
        try
        {
            var socket = await _dialler.DialAsync(address.WithoutPeer(), isPortShared: false, cancel).ConfigureAwait(false);
            var connection = await caller.UpgradeAsync(new SocketStream(socket), new UpgradeTerms(address, address.PeerId, IsClient: true), cancel).ConfigureAwait(false);
            connection.Session.Start();
            return connection;
        }
        finally
        {
            Connections.GiveBackPlace();
        }
    }

    /// <summary>
    /// Opens a stream under the first of the protocols that the peer speaks. When it has said that it speaks the first, nothing is waited for: what is written goes
    /// along with the proposal, and a peer that has changed its mind is found out by reading.
    /// </summary>
    /// <exception cref="Libp2pException">It speaks none of them, or is gone.</exception>
    public async Task<Libp2pStream> OpenAsync(Connection connection, IReadOnlyList<string> protocols, CancellationToken cancel)
    {
        if (connection.Speaks(protocols[0]))
        {
            var known = connection.Session.Open(Negotiation.Proposal(protocols[0]));
            known.Protocol = protocols[0];
            Metrics.Opened(isDialler: true);
            return known;
        }

        var stream = connection.Session.Open();
        try
        {
            using var deadline = WithDeadline(cancel);
            stream.Protocol = await Negotiation.ProposeAsync(stream, protocols, deadline.Token).ConfigureAwait(false);
            Metrics.Opened(isDialler: true);
            return stream;
        }
        catch (Exception failed)
        {
            stream.Abort();
            if (failed is OperationCanceledException && !cancel.IsCancellationRequested)
                throw new Libp2pException($"{connection.Peer} has not answered within {_options.HandshakeTimeout.TotalSeconds:0} s whether it speaks {protocols[0]}.", failed);
            throw;
        }
    }

    /// <summary>Shakes hands with who has come in over a channel.</summary>
    /// <returns>The connection; null when nothing came of it.</returns>
    public async Task<Connection?> TakeInAsync(Stream channel, Multiaddr address, PeerId? expected, CancellationToken cancel)
    {
        var handshake = Ledger.IsShort ? null : Handshakes.Begin(cancel);
        if (handshake is null || !Connections.TryTakePlace())
        {
            handshake?.Dispose();
            await channel.DisposeAsync().ConfigureAwait(false);
            Refuse(address, Ledger.IsShort ? "memory is short" : "as many are open as are allowed");
            return null;
        }

        Connection? connection = null;
        try
        {
            using var deadline = WithDeadline(handshake.Token);
            var isWeb = WebSocketAddress.TryRead(address, out var web);
            var way = isWeb ? await WebSocketTransport.AcceptAsync(channel, web!.IsSecure ? _options.WebSocketCertificate : null, deadline.Token).ConfigureAwait(false) : channel;
            var local = (channel as SocketStream)?.Local;
            var terms = new UpgradeTerms(address, expected, IsClient: false) { IsFromListener = !address.IsCircuit && !isWeb, Silence = isWeb ? null : SilenceOf(address), Local = local };
            var upgraded = await _upgrader.UpgradeAsync(way, terms, deadline.Token).ConfigureAwait(false);
            if (Begin(upgraded)) connection = upgraded;
            else Refuse(address, $"{upgraded.Peer} has as many as it may");
        }
        catch (Libp2pException failed)
        {
            Refuse(address, failed.Message);
        }
        catch (Exception failed) when (failed is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            Refuse(address, "it did not shake hands in time, or broke off");
        }
        finally
        {
            handshake.Dispose();
            if (connection is null)
            {
                await channel.DisposeAsync().ConfigureAwait(false);
                Connections.GiveBackPlace();
            }
        }

        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var listener in _listeners) listener.Socket.Dispose();
        await Task.WhenAll(Connections.Close().Select(connection => connection.Session.DisposeAsync().AsTask())).ConfigureAwait(false);
        await _tasks.DisposeAsync().ConfigureAwait(false);
        _upgrader.Dispose();
    }

    private Task<Connection> ReachOneAsync(Multiaddr address, DialTerms terms, CancellationToken cancel) =>
        address.IsCircuit ? ReachThroughAsync(address, cancel) : ReachAsync(address, terms, cancel);

    /// <summary>Reaches a peer at the first of the addresses that a name stands for.</summary>
    private async Task<Connection> ReachAnyAsync(Multiaddr name, DialTerms terms, CancellationToken cancel)
    {
        var ways = await _names.ResolveAsync(name, cancel).ConfigureAwait(false);
        return await Staggered.FirstAsync(ways, Stagger, (way, given) => ReachOneAsync(way, terms, given), Discard, _time, cancel).ConfigureAwait(false);
    }

    /// <summary>Ends a connection that nothing ran on yet.</summary>
    private void Discard(Connection connection)
    {
        connection.Session.Start();
        _tasks.Launch(_ => connection.Session.DisposeAsync().AsTask());
    }

    private async Task<Connection> ReachThroughAsync(Multiaddr address, CancellationToken cancel)
    {
        var channel = await CallAsync(address, cancel).ConfigureAwait(false);
        return await _upgrader.UpgradeAsync(channel, new UpgradeTerms(address, address.PeerId, IsClient: true), cancel).ConfigureAwait(false);
    }

    /// <summary>Calls under each key of the private network in turn: while one follows another, some peers know one of them alone.</summary>
    private async Task<Connection> ReachAsync(Multiaddr address, DialTerms terms, CancellationToken cancel)
    {
        var networks = _upgrader.Networks;
        for (var i = 0; ; i++)
        {
            try
            {
                return await ReachAsync(address, terms, i < networks.Count ? networks[i] : null, cancel).ConfigureAwait(false);
            }
            catch (OtherNetworkException) when (i + 1 < networks.Count)
            {
                // The next may be its.
            }
        }
    }

    private async Task<Connection> ReachAsync(Multiaddr address, DialTerms terms, PreSharedKey? network, CancellationToken cancel)
    {
        // Sites number their machines alike: another's address in its LAN may be this node's own here.
        if (Own.Listened.Contains(address.WithoutPeer())) throw new Libp2pException($"{address} is where this node itself listens.");
        if (WebSocketAddress.TryRead(address, out var web)) return await ReachWebAsync(address, web, network, cancel).ConfigureAwait(false);
        var socket = await _dialler.DialAsync(address.WithoutPeer(), terms.IsPortShared && _options.HolePunching, cancel).ConfigureAwait(false);
        var isFromListener = _listening.Any(listener => listener.Port == ((IPEndPoint)socket.LocalEndPoint!).Port);
        try
        {
            var upgrade = new UpgradeTerms(address, address.PeerId, IsClient: !terms.IsServer) { IsFromListener = isFromListener, Network = network };
            return await _upgrader.UpgradeAsync(new SocketStream(socket), upgrade, cancel).ConfigureAwait(false);
        }
        catch (Libp2pException failed) when (isFromListener && terms == DialTerms.Ordinary && failed is not OtherNetworkException)
        {
            // Two that call each other's listener from their own at the same moment share one channel, and both took themselves for the client.
            return await ReachAsync(address, DialTerms.OwnPort, network, cancel).ConfigureAwait(false);
        }
    }

    private async Task<Connection> ReachWebAsync(Multiaddr address, WebSocketAddress web, PreSharedKey? network, CancellationToken cancel)
    {
        var socket = await _dialler.DialAsync(address.WithoutPeer(), isPortShared: false, cancel).ConfigureAwait(false);
        var channel = new SocketStream(socket);
        try
        {
            var way = await WebSocketTransport.ConnectAsync(channel, web, cancel).ConfigureAwait(false);
            return await _upgrader.UpgradeAsync(way, new UpgradeTerms(address, address.PeerId, IsClient: true) { Network = network, Local = channel.Local }, cancel).ConfigureAwait(false);
        }
        catch (Exception failed)
        {
            await channel.DisposeAsync().ConfigureAwait(false);
            if (failed is IOException) throw new Libp2pException($"The connection to {address} broke during the handshake: {failed.Message}", failed);
            throw;
        }
    }

    private async Task<Stream> CallAsync(Multiaddr address, CancellationToken cancel)
    {
        if (!address.TrySplitCircuit(out var relay, out var called)) throw new Libp2pException($"{address} is no way through a relay: it must name the relay and who is called.");
        var connection = Connections.Find(relay.PeerId!.Value) ?? await DialAsync(relay, cancel).ConfigureAwait(false);
        return await Calls(connection, called, cancel).ConfigureAwait(false);
    }

    private async Task AcceptAsync(Listener listener, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.Socket.AcceptAsync(stopping).ConfigureAwait(false);
                _tasks.Launch(cancel => ReceiveAsync(listener, socket, cancel));
            }
            catch (SocketException failed) when (failed.SocketErrorCode is not SocketError.OperationAborted)
            {
                // Out of file descriptors, most likely: the call waits in the system's queue.
                await Task.Delay(TimeSpan.FromMilliseconds(100), _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception ended) when (ended is ObjectDisposedException or OperationCanceledException or SocketException)
            {
                return;
            }
        }
    }

    private async Task ReceiveAsync(Listener listener, Socket socket, CancellationToken stopping)
    {
        if (!TcpTransport.TryGetRemote(socket, out var remote))
        {
            socket.Dispose();
            return;
        }

        socket.NoDelay = true;
        await TakeInAsync(new SocketStream(socket), listener.AddressAt(remote), expected: null, stopping).ConfigureAwait(false);
    }

    private bool Begin(Connection connection)
    {
        connection.Session.OnMeasured = took => OnMeasured(connection, took);
        connection.Session.Start();
        if (!Connections.TryAdd(connection))
        {
            _tasks.Launch(_ => connection.Session.DisposeAsync().AsTask());
            return false;
        }

        Metrics.Connected(connection.IsDialler);
        Libp2pLog.Connected(_logger, connection.Peer, connection.Address, connection.IsDialler ? "dialled" : "taken in", connection.Security);
        if (!_tasks.Launch(stopping => RunAsync(connection, stopping)))
        {
            // The host was stopped in between: it has ended the session, but nothing runs any more that would clear up behind it.
            Connections.Remove(connection);
            return false;
        }

        _tasks.Launch(stopping => OnConnected(connection, stopping));
        return true;
    }

    private async Task RunAsync(Connection connection, CancellationToken stopping)
    {
        await foreach (var stream in connection.Session.Incoming.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            _tasks.Launch(cancel => ServeAsync(connection, stream, cancel));
        Connections.Remove(connection);
        Connections.GiveBackPlace();
        OnClosed(connection);
        await connection.Session.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Libp2pLog.Closed(_logger, connection.Peer, connection.Address, connection.Session.Failure?.Message ?? "closed here");
    }

    private async Task ServeAsync(Connection connection, YamuxStream stream, CancellationToken stopping)
    {
        await using var _ = stream.ConfigureAwait(false);
        try
        {
            using (var deadline = WithDeadline(stopping)) stream.Protocol = await Negotiation.AnswerAsync(stream, Handlers.Speaks, deadline.Token).ConfigureAwait(false);
            Metrics.Opened(isDialler: false);
            await Handlers.RunAsync(connection, stream, stopping).ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is Libp2pException or IOException or OperationCanceledException)
        {
            Libp2pLog.StreamFailed(_logger, connection.Peer, stream.Protocol, failed.Message);
        }
        catch (Exception failed)
        {
            // A handler's fault costs its stream, not the connection.
            Libp2pLog.HandlerFailed(_logger, stream.Protocol, failed);
        }
    }

    private void Refuse(Multiaddr address, string reason)
    {
        Metrics.Refused(isDialler: false);
        Libp2pLog.Refused(_logger, address, reason);
    }

    /// <summary>For one step of a handshake.</summary>
    public Deadline WithDeadline(CancellationToken cancel) => new(_options.HandshakeTimeout, _time, cancel);
}
