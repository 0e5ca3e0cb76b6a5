using System.Collections.Immutable;

using Microsoft.Extensions.Logging;

using Skerry.Libp2p;
using Skerry.Tunnel.Core.Relays;

namespace Skerry.Tunnel.Driver;

/// <summary>
/// Keeps in touch with relays: measures the candidates, holds a place at the best of them, and moves on at once when one is lost. One loop does it all, woken by
/// news and at the latest after the finder's period.
/// </summary>
/// <param name="options">How many, how often.</param>
/// <param name="host">Its connections.</param>
/// <param name="links">Reaches relays.</param>
/// <param name="referrals">Relays that full ones have named.</param>
/// <param name="directory">Relays that the mesh speaks of.</param>
/// <param name="time">For deadlines.</param>
/// <param name="logger">Tells of relays won and lost.</param>
internal sealed class RelayKeeper(
    TunnelOptions options, Libp2pHost host, Links links, RelayReferrals referrals, ITunnelDirectory directory, TimeProvider time, ILogger logger)
{
    /// <summary>Relays that others have named and nobody else: no more than these are kept.</summary>
    private const int MaxStrangers = 8;

    /// <summary>After a refusal the relays named in it are asked, and those that they name; so often at once.</summary>
    private const int MaxHops = 3;

    /// <summary>Callers may come through a relay for so long after the mesh was told that this node has left it.</summary>
    private static readonly TimeSpan ReleaseAfter = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, RelayState> _relays = new(StringComparer.Ordinal);
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableArray<RelayNode> _named = [.. options.RelayNodes];

    /// <summary>Told when the relays that put callers through to this node are others than before.</summary>
    public Action? Changed { get; set; }

    /// <summary>Whether this node needs relays to be reached.</summary>
    public Func<bool> IsNeeded { get; set; } = () => true;

    /// <summary>The relays the operator names.</summary>
    public ImmutableArray<RelayNode> Named => _named;

    /// <summary>Ways to this node through the relays it holds a place at, the best first.</summary>
    public IReadOnlyList<Multiaddr> Circuits
    {
        get
        {
            lock (_gate)
            {
                return [.. Held().OrderBy(relay => CostOf(relay)).SelectMany(relay => relay.Reservation!.Addresses.Append(CircuitOver(relay.Connection!)).Distinct().Take(4))];
            }
        }
    }

    public int Reservations
    {
        get { lock (_gate) return Held().Count(); }
    }

    public IReadOnlyList<RelayStatus> Status
    {
        get { lock (_gate) return [.. _relays.Values.OrderBy(relay => relay.Node, StringComparer.Ordinal).Select(relay => relay.Describe())]; }
    }

    public RelayNode? Find(string node) => _named.FirstOrDefault(relay => relay.Node == node);

    /// <summary>The relay's node behind a peer id, if it is known as one.</summary>
    public string? NodeOf(PeerId peer)
    {
        lock (_gate) return _relays.Keys.FirstOrDefault(node => links.MayBeAt(node, peer));
    }

    /// <summary>What a way through a relay is likely to cost.</summary>
    public double CostOf(PeerId relay)
    {
        lock (_gate)
        {
            return _relays.Values.FirstOrDefault(state => state.Connection?.Peer == relay) is { } known ? CostOf(known) : double.MaxValue;
        }
    }

    /// <summary>Other relays are named from now on.</summary>
    public void SetNamed(IEnumerable<RelayNode> relays)
    {
        _named = [.. relays];
        Wake();
    }

    /// <summary>Something has changed: look again at once.</summary>
    public void Wake() => Volatile.Read(ref _news).TrySetResult();

    /// <summary>This machine is elsewhere: what failed from where it was says nothing about now.</summary>
    public void OnNetworkChanged()
    {
        lock (_gate)
        {
            foreach (var relay in _relays.Values) (relay.NextTry, relay.Failures) = (default, 0);
        }

        Wake();
    }

    /// <summary>The mesh says something new of its nodes; most of it is not about relays.</summary>
    public void OnDirectoryChanged()
    {
        var said = directory.Relays.Where(relay => relay.Node != options.Node).Select(relay => (relay.Node, relay.Load)).ToHashSet();
        bool isNews;
        lock (_gate) isNews = !said.SetEquals(_relays.Values.Where(relay => relay.IsSaid).Select(relay => (relay.Node, relay.Load)));
        if (isNews) Wake();
    }

    /// <summary>A connection is over.</summary>
    public void OnClosed(PeerConnection connection)
    {
        bool wasHeld;
        lock (_gate)
        {
            var relay = _relays.Values.FirstOrDefault(state => state.Connection?.Id == connection.Id);
            if (relay is null) return;
            wasHeld = relay.Reservation is not null;
            (relay.Connection, relay.Reservation, relay.Release, relay.Failure) = (null, null, null, "the connection was lost");
            relay.Missed();
            TunnelLog.RelayLost(logger, relay.Node, "the connection was lost, or it was silent");
        }

        if (wasHeld) Changed?.Invoke();
        Wake();
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await RoundAsync(stopping).ConfigureAwait(false);
                await WaitAsync(stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private static Multiaddr CircuitOver(PeerConnection relay) => relay.Address.WithPeer(relay.Peer).With(Multiaddr.Parse("/p2p-circuit"));

    private static double CostOf(RelayState relay) => RelayChooser.CostOf(Candidate(relay));

    private static RelayCandidate Candidate(RelayState relay) => new(relay.Node, relay.Zone, relay.RoundTrip, relay.Loss, relay.IsPreferred, relay.Load / 100.0, relay.Aversion);

    private IEnumerable<RelayState> Held() => _relays.Values.Where(relay => relay.Connection is not null && relay.Reservation?.Expires > time.GetUtcNow());

    private async Task WaitAsync(CancellationToken stopping)
    {
        TimeSpan wait;
        lock (_gate)
        {
            // Who failed is tried again when its pause is over, and sooner than the next round if nothing is held.
            var next = _relays.Values.Where(relay => relay.Connection is null).Select(relay => relay.NextTry - time.GetUtcNow()).DefaultIfEmpty(options.FinderPeriod).Min();
            wait = TimeSpan.FromMilliseconds(Math.Clamp(Math.Min(next.TotalMilliseconds, options.FinderPeriod.TotalMilliseconds), 20, double.MaxValue));
        }

        using var pause = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAny(Task.Delay(wait, time, pause.Token), _news.Task).ConfigureAwait(false);
        await pause.CancelAsync().ConfigureAwait(false);
        if (_news.Task.IsCompleted) Volatile.Write(ref _news, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        stopping.ThrowIfCancellationRequested();
    }

    private async Task RoundAsync(CancellationToken stopping)
    {
        await ReleaseAsync(stopping).ConfigureAwait(false);
        List<RelayState> due;
        bool isChanged;
        lock (_gate)
        {
            isChanged = Refresh();
            due = Due();
        }

        if (isChanged) Changed?.Invoke();
        if (!IsNeeded())
        {
            GiveUpReservations();
            return;
        }

        // Whoever answers first may be chosen first: one that does not answer must not hold the others up.
        var measuring = due.Select(relay => MeasureAsync(relay, stopping)).ToList();
        while (measuring.Count > 0)
        {
            measuring.Remove(await Task.WhenAny(measuring).ConfigureAwait(false));
            await HoldAsync(stopping).ConfigureAwait(false);
        }

        for (var hop = 0; hop < MaxHops && referrals.Take() is { Count: > 0 } named; hop++)
        {
            await Task.WhenAll(named.Select(other => MeetAsync(other, stopping))).ConfigureAwait(false);
            await HoldAsync(stopping).ConfigureAwait(false);
        }
    }

    /// <summary>A full relay has named another: it is measured and may be chosen like any, once it has proved which node it is.</summary>
    private async Task MeetAsync(PeerAddresses other, CancellationToken stopping)
    {
        if (NodeOf(other.Peer) is not { } node)
        {
            if (await referrals.MeetAsync(other, stopping).ConfigureAwait(false) is not { } met) return;
            lock (_gate)
            {
                if (!_relays.ContainsKey(met.Node.Node))
                {
                    if (met.Node.Node == options.Node || _relays.Values.Count(relay => relay is { IsNamed: true, IsSaid: false, IsPreferred: false }) >= MaxStrangers) return;
                    _relays[met.Node.Node] = StateOf(met.Node.Node);
                    (_relays[met.Node.Node].Zone, _relays[met.Node.Node].Connection) = (met.Node.Group, met.Connection);
                }
            }

            node = met.Node.Node;
        }

        RelayState? relay;
        lock (_gate)
        {
            if (!_relays.TryGetValue(node, out relay) || relay.Reservation is not null) return;
            relay.IsNamed = true;
            // One that could not be reached may be now; one that has refused just now will not do otherwise for being named.
            if (relay.Connection is null) relay.NextTry = default;
        }

        await MeasureAsync(relay, stopping).ConfigureAwait(false);
    }

    /// <summary>Under the lock: the likeliest ones, and in turn one of those that would never be among them else, since nobody has measured them lately.</summary>
    private List<RelayState> Due()
    {
        var ready = _relays.Values.Where(relay => relay.Connection is not null || relay.NextTry <= time.GetUtcNow())
            .OrderByDescending(relay => relay.IsNamed).ThenByDescending(relay => relay.IsPreferred).ThenBy(relay => relay.RoundTrip == TimeSpan.Zero ? TimeSpan.MaxValue : relay.RoundTrip).ToList();
        if (ready.Count <= options.MaxCandidates) return ready;
        var due = ready.Take(Math.Max(options.MaxCandidates - 1, 1)).ToList();
        return [.. due, ready.Except(due).MinBy(relay => relay.TriedAt)!];
    }

    /// <summary>Under the lock: who is a relay now.</summary>
    /// <returns>Whether a place is gone with one that is none any more.</returns>
    private bool Refresh()
    {
        var before = Held().Count();
        var known = directory.Relays.Where(relay => relay.Node != options.Node).ToDictionary(relay => relay.Node, StringComparer.Ordinal);
        foreach (var node in _named.Select(relay => relay.Node).Concat(known.Keys).Distinct(StringComparer.Ordinal).Where(node => node != options.Node))
        {
            if (!_relays.TryGetValue(node, out var state)) _relays[node] = state = StateOf(node);
            state.IsPreferred = Find(node) is not null;
            // Told that it is one no more, and not only heard of no more. What is told may be old: it is asked again all the same.
            if (state.IsSaid && !known.ContainsKey(node) && directory.Find(node) is not null) (state.Reservation, state.NextTry) = (null, default);
            state.IsSaid = known.ContainsKey(node);
            if (known.TryGetValue(node, out var routes)) (state.Zone, state.Load) = (routes.Zone.Length > 0 ? routes.Zone : routes.Group, Math.Clamp(routes.Load, 0, 100));
            if (state.Zone.Length == 0) state.Zone = node;
        }

        foreach (var state in _relays.Values.ToList())
        {
            if (Find(state.Node) is not null || known.ContainsKey(state.Node)) continue;
            // The mesh had told of it, and hears nothing of its group now: as long as it is connected, it is one. Who was only preferred, and is no more, goes.
            var isKept = state.Connection is not null && directory.Find(state.Node) is null && (state.IsNamed || state.IsSaid);
            if (isKept) (state.IsNamed, state.IsSaid, state.IsPreferred) = (true, false, false);
            else _relays.Remove(state.Node);
        }

        return Held().Count() != before;
    }

    private RelayState StateOf(string node) => new() { Node = node, Aversion = RelayChooser.AversionOf(options.Node, node) };

    private async Task MeasureAsync(RelayState relay, CancellationToken stopping)
    {
        relay.TriedAt = time.GetUtcNow();
        try
        {
            var connection = relay.Connection ?? await links.ReachDirectlyAsync(relay.Node, stopping).ConfigureAwait(false);
            host.SetHeartbeat(connection, options.HeartbeatPeriod, 2 * options.HeartbeatPeriod);
            using var timeout = new CancellationTokenSource(3 * options.HeartbeatPeriod, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
            var took = await host.PingAsync(connection, either.Token).ConfigureAwait(false);
            lock (_gate)
            {
                relay.Measured(took);
                (relay.Connection, relay.Failures) = (connection, 0);
                if (relay.Reservation is null && relay.Failure is "the connection was lost") relay.Failure = null;
            }
        }
        catch (Exception failed) when (failed is TunnelException or Libp2pException or IOException or OperationCanceledException)
        {
            if (stopping.IsCancellationRequested) return;
            lock (_gate)
            {
                relay.Missed();
                if (relay.Connection is not null) return; // its heartbeat decides
                relay.Failure = failed.Message;
                Postpone(relay);
            }
        }
    }

    /// <summary>Under the lock.</summary>
    private void Postpone(RelayState relay)
    {
        var pause = Math.Min(options.HeartbeatPeriod.TotalSeconds * 0.5 * Math.Pow(2, relay.Failures++), options.FinderPeriod.TotalSeconds);
        relay.NextTry = time.GetUtcNow() + TimeSpan.FromSeconds(pause);
    }

    private async Task HoldAsync(CancellationToken stopping)
    {
        List<RelayState> wanted;
        var isChanged = false;
        lock (_gate)
        {
            var usable = _relays.Values.Where(relay => relay.Connection is not null && (relay.Reservation is not null || relay.NextTry <= time.GetUtcNow())).Select(Candidate).ToList();
            var held = Held().Select(relay => relay.Node).ToHashSet(StringComparer.Ordinal);
            wanted = [.. RelayChooser.Choose(usable, held, options.Reservations).Select(node => _relays[node])];
            foreach (var spare in Held().Except(wanted).ToList())
            {
                // Only once the better one is held.
                if (!wanted.TrueForAll(relay => relay.Reservation is not null)) break;
                Leave(spare);
                isChanged = true;
            }
        }

        foreach (var relay in wanted) isChanged |= await ReserveAsync(relay, stopping).ConfigureAwait(false);
        if (isChanged) Changed?.Invoke();
    }

    private async Task<bool> ReserveAsync(RelayState relay, CancellationToken stopping)
    {
        PeerConnection? connection;
        lock (_gate)
        {
            // Refreshed in good time: half of what is given is over.
            if (relay.Reservation is { } standing && standing.Expires - time.GetUtcNow() > TimeSpan.FromMinutes(5)) return false;
            connection = relay.Connection;
        }

        if (connection is null) return false;
        try
        {
            var reservation = await host.ReserveAsync(connection, stopping).ConfigureAwait(false);
            lock (_gate)
            {
                if (relay.Connection?.Id != connection.Id) return false;
                var isNew = relay.Reservation is not { } before || before.Expires <= time.GetUtcNow();
                (relay.Reservation, relay.Failure, relay.Release) = (reservation, null, null);
                if (isNew) TunnelLog.Reserved(logger, relay.Node, reservation.Expires);
                return isNew;
            }
        }
        catch (Exception failed) when (failed is Libp2pException or IOException)
        {
            lock (_gate)
            {
                if (relay.Failure != failed.Message) TunnelLog.RelayRefused(logger, relay.Node, failed.Message);
                relay.Failure = failed.Message;
                Postpone(relay);
            }

            if (failed is RelayFullException full) referrals.Note(full.Others);
            return false;
        }
    }

    private void GiveUpReservations()
    {
        bool had;
        lock (_gate)
        {
            had = Held().Any();
            foreach (var relay in Held().ToList()) Leave(relay);
        }

        if (had) Changed?.Invoke();
    }

    /// <summary>Under the lock: the mesh is told that this node is reached there no more, and later the relay.</summary>
    private void Leave(RelayState relay) => (relay.Reservation, relay.Release) = (null, time.GetUtcNow() + ReleaseAfter);

    private async Task ReleaseAsync(CancellationToken stopping)
    {
        List<PeerConnection> left;
        lock (_gate)
        {
            var due = _relays.Values.Where(relay => relay.Release <= time.GetUtcNow()).ToList();
            left = [.. due.Where(relay => relay.Reservation is null).Select(relay => relay.Connection).OfType<PeerConnection>()];
            foreach (var relay in due) relay.Release = null;
        }

        foreach (var relay in left)
        {
            try
            {
                await host.ReleaseAsync(relay, stopping).ConfigureAwait(false);
            }
            catch (Exception failed) when (failed is Libp2pException or IOException)
            {
                // It is gone, or will see by itself when the reservation runs out.
            }
        }
    }
}
