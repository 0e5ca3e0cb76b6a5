using System.Net;

using Microsoft.Extensions.Logging;

using Skerry.Primitives;

namespace Skerry.Libp2p.Driver;

/// <summary>Makes direct connections of relayed ones where NATs stand between (libp2p relay/DCUtR.md).</summary>
internal sealed class HolePuncher : IAsyncDisposable
{
    public const string Id = "/libp2p/dcutr";

    /// <summary>Punches at once; more wait for their next turn.</summary>
    private const int MaxPunches = 64;

    private readonly Libp2pOptions _options;
    private readonly Swarm _swarm;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly BackgroundTasks _tasks = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<PeerId, Punch> _running = [];

    public HolePuncher(Libp2pOptions options, Swarm swarm, TimeProvider time, ILogger logger) => (_options, _swarm, _time, _logger) = (options, swarm, time, logger);

    /// <summary>Whether this node punches holes: who does not listen has no port to call.</summary>
    public bool IsOn => _options.HolePunching && _options.Listen.Count > 0;

    /// <summary>Told of each try that is over.</summary>
    public required Action<HolePunch> OnEnded { get; init; }

    /// <summary>There is a new connection.</summary>
    public void OnConnected(Connection connection)
    {
        if (!connection.IsRelayed)
        {
            lock (_gate) _running.GetValueOrDefault(connection.Peer)?.OnConnected(connection);
        }
        else if (!connection.IsDialler && IsOn)
        {
            _tasks.Launch(cancel => KeepPunchingAsync(connection, cancel));
        }
    }

    /// <summary>Leads the way out of the relay.</summary>
    /// <returns>What became of it; null when another punch with this peer is under way, too many are, or it needs none.</returns>
    public async Task<HolePunch?> PunchAsync(Connection relayed, CancellationToken cancel)
    {
        var punch = new Punch(relayed, isInitiator: true, _swarm, _options.Punching, _time);
        await using var _ = punch.ConfigureAwait(false);
        lock (_gate)
        {
            if (_swarm.Connections.Find(relayed.Peer) is null or { IsRelayed: false }) return null;
            if (_running.Count >= MaxPunches || !_running.TryAdd(relayed.Peer, punch)) return null;
        }

        return await RunAsync(punch, punch.LeadAsync, cancel).ConfigureAwait(false);
    }

    /// <summary>A peer leads the way out of the relay.</summary>
    public async Task AnswerAsync(Connection relayed, Libp2pStream stream, CancellationToken cancel)
    {
        // There is nothing to lead out of.
        if (!relayed.IsRelayed) return;
        var punch = new Punch(relayed, isInitiator: false, _swarm, _options.Punching, _time);
        await using var _ = punch.ConfigureAwait(false);
        lock (_gate)
        {
            if (_running.TryGetValue(relayed.Peer, out var before))
            {
                // Two that have called each other through relays would both lead: the one with the greater id does. And who leads anew has given up before.
                if (before.IsInitiator && relayed.Peer.Bytes.SequenceCompareTo(_options.Identity.PeerId.Bytes) < 0) return;
                before.Abandon();
            }
            else if (_running.Count >= MaxPunches)
            {
                return;
            }

            _running[relayed.Peer] = punch;
        }

        await RunAsync(punch, token => punch.FollowAsync(stream, token), cancel).ConfigureAwait(false);
    }

    /// <summary>How long to wait for a word of who comes in from an address before speaking first; null: for good.</summary>
    public TimeSpan? SilenceOf(Multiaddr address)
    {
        if (address.IsCircuit || !address.TryGetTcp(out var endPoint) || endPoint is not IPEndPoint { Address: var from }) return null;
        lock (_gate)
        {
            foreach (var punch in _running.Values)
            {
                if (punch.SilenceOf(from) is { } silence) return silence;
            }
        }

        return null;
    }

    public ValueTask DisposeAsync() => _tasks.DisposeAsync();

    /// <summary>Tries again as long as the peer is reached through the relay alone: a link that lost the packets, or a NAT that was full, may be better later.</summary>
    private async Task KeepPunchingAsync(Connection relayed, CancellationToken cancel)
    {
        var pause = _options.Punching.RetryAfter;
        while (!cancel.IsCancellationRequested && !relayed.Session.Completion.IsCompleted)
        {
            var punching = PunchAsync(relayed, cancel);
            await ((Task)punching).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var ended = punching.IsCompletedSuccessfully ? punching.Result : null;
            if (ended?.Outcome is HolePunchOutcome.NotSpoken) return;
            if (ended?.Outcome is HolePunchOutcome.Punched or HolePunchOutcome.Called) pause = _options.Punching.RetryAfter;
            // Not all at once after a relay has come back.
            var wait = pause * (0.75 + (Random.Shared.NextDouble() / 2));
            await relayed.Session.Completion.WaitAsync(wait, _time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ended is { Connection: null }) pause = TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, _options.Punching.MaxRetryAfter.Ticks));
        }
    }

    private async Task<HolePunch> RunAsync(Punch punch, Func<CancellationToken, Task<HolePunchOutcome>> run, CancellationToken cancel)
    {
        var start = _time.GetTimestamp();
        var outcome = HolePunchOutcome.Interrupted;
        try
        {
            outcome = await run(cancel).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                if (_running.GetValueOrDefault(punch.Peer) == punch) _running.Remove(punch.Peer);
            }
        }

        var ended = new HolePunch(punch.Peer, punch.IsInitiator, outcome, punch.Attempts, _time.GetElapsedTime(start), punch.Direct?.Describe());
        Libp2pLog.HolePunched(_logger, ended.Peer, ended.IsInitiator ? "led" : "followed", outcome, ended.Attempts, (long)ended.Took.TotalMilliseconds, punch.Relayed.Address);
        OnEnded(ended);
        if (punch.Direct is not null && _options.RelayedConnectionGrace is { } grace) _tasks.Launch(stopping => RetireAsync(punch.Relayed, grace, stopping));
        return ended;
    }

    /// <summary>Closes the relayed connection when nothing has run over it for a while and the direct one still stands.</summary>
    private async Task RetireAsync(Connection relayed, TimeSpan grace, CancellationToken cancel)
    {
        do
        {
            await Task.Delay(grace, _time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancel.IsCancellationRequested || relayed.Session.Failure is not null || _swarm.Connections.Find(relayed.Peer) is null or { IsRelayed: true }) return;
        }
        while (relayed.Session.Count > 0);
        await relayed.Session.DisposeAsync().ConfigureAwait(false);
    }
}
