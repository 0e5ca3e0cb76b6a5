using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

using Skerry.Libp2p.Core.Dcutr;
using Skerry.Libp2p.Core.Reachability;
using Skerry.Libp2p.Wire;
using Skerry.Primitives;

namespace Skerry.Libp2p.Driver;

/// <summary>Runs one side of one hole punch: calls, sends and waits as the core says.</summary>
/// <param name="relayed">The connection to make a direct one of.</param>
/// <param name="isInitiator">Whether this side leads.</param>
/// <param name="swarm">Makes calls.</param>
/// <param name="timing">Bounds.</param>
/// <param name="time">Measures.</param>
internal sealed class Punch(Connection relayed, bool isInitiator, Swarm swarm, DcutrTiming timing, TimeProvider time) : IAsyncDisposable
{
    private readonly MonotonicClock _clock = new(time);
    private readonly Channel<Action<Instant>> _inbox = System.Threading.Channels.Channel.CreateUnbounded<Action<Instant>>();
    private readonly BackgroundTasks _tasks = new();
    private readonly TaskCompletionSource _abandoned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource _step = new();
    private DcutrResponder? _responder;
    private IDcutrSide? _core;
    private Libp2pStream? _stream;

    public PeerId Peer => relayed.Peer;

    public Connection Relayed => relayed;

    public bool IsInitiator => isInitiator;

    public int Attempts => _core?.Attempts ?? 0;

    /// <summary>The direct connection, once there is one.</summary>
    public Connection? Direct { get; private set; }

    /// <summary>Leads.</summary>
    public async Task<HolePunchOutcome> LeadAsync(CancellationToken cancel)
    {
        var core = new DcutrInitiator(swarm.Own.Offered, Choose, timing);
        _core = core;
        var told = await ToldAsync(cancel).ConfigureAwait(false);
        core.Start(await ResolveAsync(told?.Addresses ?? [], cancel).ConfigureAwait(false), relayed.Session.RoundTrip, _clock.Now);
        var isSpoken = told is null || told.Protocols.Contains(HolePuncher.Id);
        return await RunAsync(core, output => Do(core, output, isSpoken), cancel).ConfigureAwait(false);
    }

    /// <summary>Is led.</summary>
    public async Task<HolePunchOutcome> FollowAsync(Libp2pStream stream, CancellationToken cancel)
    {
        var core = new DcutrResponder(swarm.Own.Offered, Choose, timing);
        (_core, _responder, _stream) = (core, core, stream);
        core.Start(_clock.Now);
        _tasks.Launch(async stopping =>
        {
            await HearAsync(core, stream, stopping).ConfigureAwait(false);
            await HearAsync(core, stream, stopping).ConfigureAwait(false);
        });
        return await RunAsync(core, Do, cancel).ConfigureAwait(false);
    }

    /// <summary>There is a direct connection to the peer.</summary>
    public void OnConnected(Connection direct) => _inbox.Writer.TryWrite(_ =>
    {
        Direct ??= direct;
        _core!.Connected();
    });

    /// <summary>Another punch with the same peer takes its place.</summary>
    public void Abandon() => _abandoned.TrySetResult();

    /// <summary>How long a server waits for a word of who comes in from an address: the peer calls as a server itself. Null when it is not the peer's.</summary>
    public TimeSpan? SilenceOf(IPAddress from)
    {
        if (_responder is not { } core || !core.Targets.Any(target => target.TryGetTcp(out var endPoint) && endPoint is IPEndPoint ip && ip.Address.Equals(from))) return null;
        var roundTrip = core.RoundTrip > TimeSpan.Zero ? core.RoundTrip : relayed.Session.RoundTrip;
        return TimeSpan.FromMilliseconds(Math.Clamp(2 * roundTrip.TotalMilliseconds, 100, 2000));
    }

    public async ValueTask DisposeAsync()
    {
        _inbox.Writer.TryComplete();
        await _step.CancelAsync().ConfigureAwait(false);
        await _tasks.DisposeAsync().ConfigureAwait(false);
        // What has been said in it has been heard or is of no use any more.
        if (_stream is not null) await _stream.DisposeAsync().ConfigureAwait(false);
        _step.Dispose();
    }

    private async Task<HolePunchOutcome> RunAsync(IDcutrSide core, Action<DcutrOutput> act, CancellationToken cancel)
    {
        while (true)
        {
            while (core.TryTake(out var output))
            {
                if (output.Kind is DcutrOutputKind.Ended) return output.Outcome;
                act(output);
            }

            await UntilAsync(core.NextDeadline, cancel).ConfigureAwait(false);
            if (_abandoned.Task.IsCompleted) return isInitiator ? HolePunchOutcome.Interrupted : HolePunchOutcome.Unreached;
            while (_inbox.Reader.TryRead(out var happened)) happened(_clock.Now);
            core.Advance(_clock.Now);
        }
    }

    /// <summary>Something has happened, or the deadline has come.</summary>
    private async Task UntilAsync(Instant deadline, CancellationToken cancel)
    {
        var wait = deadline - _clock.Now;
        if (wait <= TimeSpan.Zero) return;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await Task.WhenAny(_abandoned.Task, _inbox.Reader.WaitToReadAsync(over.Token).AsTask(), Task.Delay(wait, time, over.Token)).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        cancel.ThrowIfCancellationRequested();
    }

    private void Do(DcutrInitiator core, DcutrOutput output, bool isSpoken)
    {
        switch (output.Kind)
        {
            case DcutrOutputKind.DialPlainly:
                _tasks.Launch(cancel => CallPlainlyAsync(core, output.Addresses!, cancel));
                break;
            case DcutrOutputKind.Open when !isSpoken:
                Post(now => core.StreamFailed(isSpoken: false, now));
                break;
            case DcutrOutputKind.Open:
                Begin(step => OpenAsync(core, step));
                break;
            default:
                Do(output);
                break;
        }
    }

    private void Do(DcutrOutput output)
    {
        if (output.Kind is DcutrOutputKind.Send) _tasks.Launch(cancel => SayAsync(output.Message!, cancel));
        else if (output.Kind is DcutrOutputKind.Dial) Begin(step => Task.WhenAll(output.Addresses!.Select(address => KeepDialling(address, step))));
    }

    /// <summary>From a port of its own: what a NAT remembers of a call that failed must not be in the way of the one that has to get through.</summary>
    private async Task CallPlainlyAsync(DcutrInitiator core, IReadOnlyList<Multiaddr> addresses, CancellationToken cancel)
    {
        await Task.WhenAll(addresses.Select(address => TryDialAsync(address, DialTerms.OwnPort, cancel))).ConfigureAwait(false);
        Post(core.NotCalled);
    }

    /// <summary>Begins the next step; what the one before left running stops.</summary>
    private void Begin(Func<CancellationToken, Task> step)
    {
        _step.Cancel();
        _step.Dispose();
        _step = CancellationTokenSource.CreateLinkedTokenSource(_tasks.Stopping);
        var token = _step.Token;
        _tasks.Launch(_ => step(token));
    }

    private async Task OpenAsync(DcutrInitiator core, CancellationToken cancel)
    {
        try
        {
            _stream?.Abort();
            var stream = _stream = await swarm.OpenAsync(relayed, [HolePuncher.Id], cancel).ConfigureAwait(false);
            Post(core.Opened);
            await HearAsync(core, stream, cancel).ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is Libp2pException or IOException or OperationCanceledException)
        {
            Post(now => core.StreamFailed(isSpoken: true, now));
        }
    }

    private async Task HearAsync(IDcutrSide core, Libp2pStream stream, CancellationToken cancel)
    {
        try
        {
            var bytes = await stream.ReadPrefixedAsync(DcutrCodec.MaxLength, cancel).ConfigureAwait(false);
            if (!DcutrCodec.TryDecode(bytes, out var message)) throw new Libp2pException($"{stream.Peer} says what is no word of {HolePuncher.Id}.");
            var resolved = message with { Addresses = await ResolveAsync(message.Addresses, cancel).ConfigureAwait(false) };
            Post(now => core.Receive(resolved, now));
        }
        catch (Exception failed) when (failed is Libp2pException or IOException or OperationCanceledException)
        {
            Post(now => core.StreamFailed(isSpoken: true, now));
        }
    }

    private async Task SayAsync(DcutrMessage message, CancellationToken cancel)
    {
        try
        {
            var stream = _stream!;
            await stream.WritePrefixedAsync(DcutrCodec.Encode(message), cancel).ConfigureAwait(false);
            if (message.IsSync) await stream.EndWritingAsync(cancel).ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is Libp2pException or IOException or OperationCanceledException)
        {
            Post(now => _core!.StreamFailed(isSpoken: true, now));
        }
    }

    /// <summary>Calls until somebody is there or the step is over.</summary>
    private async Task KeepDialling(Multiaddr address, CancellationToken step)
    {
        while (!await TryDialAsync(address, new DialTerms { IsServer = isInitiator }, step).ConfigureAwait(false) && !step.IsCancellationRequested)
            await Task.Delay(timing.RefusedPause, time, step).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<bool> TryDialAsync(Multiaddr address, DialTerms terms, CancellationToken cancel)
    {
        try
        {
            OnConnected(await swarm.DialAsync(address.WithPeer(Peer), terms, cancel).ConfigureAwait(false));
            return true;
        }
        catch (Exception failed) when (failed is Libp2pException or IOException or OperationCanceledException or SocketException)
        {
            return false;
        }
    }

    /// <summary>What the peer says of itself; null when it does not in time.</summary>
    private async Task<PeerInfo?> ToldAsync(CancellationToken cancel)
    {
        try
        {
            return await relayed.Info.WaitAsync(timing.AnswerTimeout, time, cancel).ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is Libp2pException or IOException or TimeoutException || (failed is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return null;
        }
    }

    private IReadOnlyList<Multiaddr> Choose(IReadOnlyList<Multiaddr> named)
    {
        var own = swarm.Own.Listened;
        return Candidates.Choose(named.Where(address => !own.Contains(address.WithoutPeer())), swarm.Own.Known);
    }

    private static Task<IReadOnlyList<Multiaddr>> ResolveAsync(IReadOnlyList<Multiaddr> addresses, CancellationToken cancel) => Names.ResolveAsync(addresses, Candidates.Max, cancel);

    private void Post(Action<Instant> happened) => _inbox.Writer.TryWrite(happened);
}
