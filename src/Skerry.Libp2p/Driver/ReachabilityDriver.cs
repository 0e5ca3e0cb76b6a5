using System.Net;

using Microsoft.Extensions.Logging;

using Skerry.Libp2p.Core.Reachability;
using Skerry.Primitives;

namespace Skerry.Libp2p.Driver;

/// <summary>Finds out whether others reach this node: picks servers, asks them, and tells when the answer changes.</summary>
internal sealed class ReachabilityDriver : IAsyncDisposable
{
    private readonly AutonatOptions _options;
    private readonly Swarm _swarm;
    private readonly AutonatClient _client;
    private readonly TimeProvider _time;
    private readonly MonotonicClock _clock;
    private readonly ILogger _logger;
    private readonly ReachabilityCore _core;
    private readonly BackgroundTasks _tasks = new();
    private readonly SemaphoreSlim _turn = new(1);
    private readonly SemaphoreSlim _changed = new(0);
    private readonly Lock _gate = new();
    private Reachability _told = Reachability.Unknown;

    public ReachabilityDriver(AutonatOptions options, Swarm swarm, AutonatClient client, TimeProvider time, ILogger logger)
    {
        (_options, _swarm, _client, _time, _logger) = (options, swarm, client, time, logger);
        _clock = new MonotonicClock(time);
        _core = new ReachabilityCore(options.Confirmations, options.Interval);
    }

    /// <summary>Told when other addresses than before may be proved.</summary>
    public required Action OnProbed { get; init; }

    /// <summary>Told of each change.</summary>
    public required Action<Reachability> OnChanged { get; init; }

    /// <summary>As it is known now.</summary>
    public Reachability Current
    {
        get { lock (_gate) return _core.Overall; }
    }

    /// <summary>The same, for each address.</summary>
    public IReadOnlyList<AddressReachability> Addresses
    {
        get { lock (_gate) return [.. _core.Addresses]; }
    }

    /// <summary>Asks from now on by itself.</summary>
    public void Start() => _tasks.Launch(RunAsync);

    /// <summary>A peer has said what it is, and perhaps where it sees this node.</summary>
    public void OnIdentified(Connection connection, PeerInfo info)
    {
        lock (_gate)
        {
            _core.SetCandidates(_swarm.Own.Claimed, _clock.Now);
            if (!connection.IsRelayed && AutonatClient.Serves(info)) _core.ServerMet(_clock.Now);
        }

        _changed.Release();
    }

    /// <summary>The caller says that this node is reached elsewhere than before.</summary>
    public void OnAnnounced()
    {
        lock (_gate) _core.SetCandidates(_swarm.Own.Claimed, _clock.Now);
        _changed.Release();
    }

    /// <summary>Asks now.</summary>
    public async Task<Reachability> ProbeAsync(CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            IReadOnlyList<Multiaddr> addresses;
            lock (_gate)
            {
                _core.SetCandidates(_swarm.Own.Claimed, _clock.Now);
                addresses = _core.Candidates;
            }

            var asked = await Task.WhenAll(Pick().Select(server => AskAsync(server, addresses, cancel))).ConfigureAwait(false);
            lock (_gate) _core.Ended(asked.Contains(true), _clock.Now);
            return Tell();
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _tasks.DisposeAsync().ConfigureAwait(false);
        _turn.Dispose();
        _changed.Dispose();
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            Instant due;
            bool begins;
            lock (_gate)
            {
                begins = _core.TryBegin(_clock.Now);
                due = _core.NextDeadline;
            }

            if (begins) await ((Task)ProbeAsync(stopping)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            else Tell();
            if (begins) continue;
            var wait = Math.Clamp((due - _clock.Now).TotalMilliseconds, 0, TimeSpan.FromHours(1).TotalMilliseconds);
            using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            await Task.WhenAny(_changed.WaitAsync(over.Token), Task.Delay(TimeSpan.FromMilliseconds(wait + 1), _time, over.Token)).ConfigureAwait(false);
            await over.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Servers to ask: connected directly, of different IP addresses first, by lot.</summary>
    private Connection[] Pick()
    {
        var servers = _swarm.Connections.All
            .Where(connection => !connection.IsRelayed && connection.Info is { IsCompletedSuccessfully: true } info && AutonatClient.Serves(info.Result))
            .DistinctBy(connection => connection.Peer)
            .ToArray();
        Random.Shared.Shuffle(servers);
        var met = new HashSet<IPAddress>();
        return [.. servers
            .OrderBy(server => server.Address.TryGetTcp(out var endPoint) && endPoint is IPEndPoint ip && met.Add(ip.Address) ? 0 : 1)
            .Take(_options.Servers)];
    }

    private async Task<bool> AskAsync(Connection server, IReadOnlyList<Multiaddr> addresses, CancellationToken cancel)
    {
        var results = await _client.AskAsync(server, addresses, cancel).ConfigureAwait(false);
        foreach (var (address, result) in results)
        {
            Libp2pLog.Probed(_logger, address, server.Peer, result);
            lock (_gate) _core.Record(address, server.Peer, Candidates.ScopeOf(server.Address) ?? AddressScope.None, result, _clock.Now);
        }

        return results.Count > 0;
    }

    private Reachability Tell()
    {
        Reachability now;
        bool isNews;
        lock (_gate)
        {
            now = _core.Overall;
            _swarm.Own.SetProved(_core.Addresses.Where(one => one.Reachability == Reachability.Public).Select(one => one.Address));
            isNews = now != _told;
            _told = now;
        }

        OnProbed();
        if (!isNews) return now;
        Libp2pLog.ReachabilityChanged(_logger, now);
        OnChanged(now);
        return now;
    }
}
