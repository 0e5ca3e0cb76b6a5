using System.Runtime.CompilerServices;
using System.Security.Cryptography;

using Microsoft.Extensions.Logging;

using Skerry.Libp2p.Core.Kademlia;
using Skerry.Libp2p.Wire;
using Skerry.Primitives;

namespace Skerry.Libp2p.Driver;

/// <summary>The DHT's core with its streams and its clock. Every step of the core runs under one lock, and its outputs are begun before the lock is let go.</summary>
internal sealed class DhtDriver : IAsyncDisposable
{
    private static readonly TimeSpan LongestSleep = TimeSpan.FromHours(1);

    private readonly DhtOptions _options;
    private readonly Swarm _swarm;
    private readonly IdentifyProtocol _identify;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly MonotonicClock _clock;
    private readonly KademliaCore _core;
    private readonly PeerDialer _dialer;
    private readonly BackgroundTasks _tasks = new();
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly Dictionary<long, DhtQueryResult> _queries = [];
    private readonly Dictionary<long, TaskCompletionSource<KadOutput>> _asked = [];
    private long _lastAsked;
    private bool _isOver;

    public DhtDriver(Libp2pOptions host, DhtOptions options, Swarm swarm, IdentifyProtocol identify, TimeProvider time, ILogger logger)
    {
        (_options, _swarm, _identify, _time, _logger) = (options, swarm, identify, time, logger);
        _clock = new MonotonicClock(time);
        _core = new KademliaCore(host.Identity.PeerId, options, new Prng(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)))));
        _dialer = new PeerDialer(swarm, host, _tasks, time);
        _timer = time.CreateTimer(_ => Step((core, now) => core.Advance(now)), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (options.Mode == DhtMode.Server) swarm.Handlers.Add(options.Protocol, AnswerAsync);
        swarm.Metrics.ObserveDht(() => Nodes, () => Records);
    }

    public DhtMode Mode => Read(core => core.Mode);

    public int Nodes => Read(core => core.Nodes);

    public int Records => Read(core => core.Records);

    public async Task SetModeAsync(DhtMode mode, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (_core.Mode == mode) return;
            _core.Mode = mode;
            if (mode == DhtMode.Server) _swarm.Handlers.Add(_options.Protocol, AnswerAsync);
            else _swarm.Handlers.Remove(_options.Protocol);
        }

        Libp2pLog.DhtMode(_logger, _options.Protocol, mode);
        await _identify.PushAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>As <see cref="SetModeAsync"/>, for who cannot wait.</summary>
    public void BeginMode(DhtMode mode) => _tasks.Launch(async stopping =>
    {
        try
        {
            await SetModeAsync(mode, stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    });

    public async Task<int> ProvideAsync(DhtKey key, CancellationToken cancel)
    {
        var result = Begin((core, now) => core.TryProvide(key, now, out var number) ? number : null, out _);
        return await result.Done.WaitAsync(cancel).ConfigureAwait(false);
    }

    public void StopProviding(DhtKey key) => Step((core, _) => core.StopProviding(key));

    public async IAsyncEnumerable<PeerAddresses> FindProvidersAsync(DhtKey key, int limit, [EnumeratorCancellation] CancellationToken cancel)
    {
        var result = Begin((core, now) => core.TryFindProviders(key, limit, now, out var number) ? number : null, out var query);
        try
        {
            await foreach (var found in result.Found.ReadAllAsync(cancel).ConfigureAwait(false)) yield return found;
        }
        finally
        {
            Cancel(query);
        }
    }

    public async Task<PeerAddresses?> FindPeerAsync(PeerId peer, CancellationToken cancel)
    {
        var result = Begin((core, now) => core.TryFindPeer(peer, now, out var number) ? number : null, out var query);
        try
        {
            await result.Done.WaitAsync(cancel).ConfigureAwait(false);
            return result.Found.TryRead(out var found) ? found : null;
        }
        finally
        {
            Cancel(query);
        }
    }

    /// <summary>A connected peer has said what it speaks and where it listens.</summary>
    public void OnIdentified(Connection connection, PeerInfo info)
    {
        var named = KnownAddresses.From(info.Addresses, connection.Address);
        var addresses = connection.IsDialler && !connection.Address.IsCircuit ? [.. named.Prepend(connection.Address.WithoutPeer()).Distinct()] : named;
        Step((core, now) => core.Met(new PeerAddresses(connection.Peer, addresses), info.Protocols.Contains(_options.Protocol), now));
    }

    /// <summary>A connection is over.</summary>
    public void OnClosed(Connection connection)
    {
        if (_swarm.Connections.Find(connection.Peer) is null) Step((core, _) => core.Parted(connection.Peer));
    }

    /// <summary>Somebody has found a peer that may be in the DHT.</summary>
    public void Suggest(PeerAddresses peer) => Step((core, now) => core.Suggest(peer, now));

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isOver) return;
            _isOver = true;
            foreach (var query in _queries.Values) query.Abandon();
            foreach (var asked in _asked.Values) asked.TrySetCanceled();
        }

        await _timer.DisposeAsync().ConfigureAwait(false);
        await _tasks.DisposeAsync().ConfigureAwait(false);
    }

    private T Read<T>(Func<KademliaCore, T> read)
    {
        lock (_gate) return read(_core);
    }

    private void Step(Action<KademliaCore, Instant> step)
    {
        lock (_gate)
        {
            if (_isOver) return;
            _core.Addresses = _swarm.Own.Told;
            step(_core, _clock.Now);
            while (_core.TryTake(out var output)) Do(output);
            var wait = _core.NextDeadline == Instant.Never ? LongestSleep : _core.NextDeadline - _clock.Now;
            _timer.Change(wait <= TimeSpan.Zero ? TimeSpan.Zero : wait < LongestSleep ? wait : LongestSleep, Timeout.InfiniteTimeSpan);
        }
    }

    private DhtQueryResult Begin(Func<KademliaCore, Instant, long?> begin, out long query)
    {
        var result = new DhtQueryResult();
        long? number = null;
        var isOver = false;
        lock (_gate)
        {
            isOver = _isOver;
            Step((core, now) =>
            {
                number = begin(core, now);
                if (number is { } given) _queries.Add(given, result);
            });
        }

        query = number ?? 0;
        if (isOver) throw new Libp2pException("The host has stopped.");
        return number is null ? throw new Libp2pException($"The DHT has as many queries or keys as it may: {_options.MaxQueries} queries, {_options.MaxProvided} keys.") : result;
    }

    private void Cancel(long query) => Step((core, now) =>
    {
        if (_queries.Remove(query)) core.Cancel(query, now);
    });

    private void Do(KadOutput output)
    {
        switch (output.Kind)
        {
            case KadOutputKind.Ask:
            case KadOutputKind.Tell:
                _tasks.Launch(stopping => AskAsync(output, stopping));
                break;
            case KadOutputKind.Found:
                _queries.GetValueOrDefault(output.Number)?.Add(output.Peer!);
                break;
            case KadOutputKind.Done:
                if (_queries.Remove(output.Number, out var query)) query.End(output.Count);
                break;
            default:
                if (_asked.Remove(output.Number, out var asked)) asked.TrySetResult(output);
                break;
        }
    }

    private async Task AskAsync(KadOutput output, CancellationToken stopping)
    {
        try
        {
            using var deadline = new Deadline(_options.RequestTimeout, _time, stopping);
            var connection = await _dialer.ConnectAsync(output.Peer!, deadline.Token).ConfigureAwait(false);
            var answer = await ExchangeAsync(connection, output, deadline.Token).ConfigureAwait(false);
            Step((core, now) => core.Answered(output.Number, answer, now));
        }
        catch (Exception failed) when (failed is Libp2pException or IOException or OperationCanceledException)
        {
            Libp2pLog.DhtRequestFailed(_logger, output.Peer!.Peer, failed.Message);
            Step((core, now) => core.Failed(output.Number, now));
        }
    }

    private async Task<KadMessage?> ExchangeAsync(Connection connection, KadOutput output, CancellationToken cancel)
    {
        var stream = await _swarm.OpenAsync(connection, [_options.Protocol], cancel).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        await stream.WritePrefixedAsync(KadCodec.Encode(output.Message!), cancel).ConfigureAwait(false);
        if (output.Kind == KadOutputKind.Tell)
        {
            await stream.EndWritingAsync(cancel).ConfigureAwait(false);
            await HearEndAsync(connection, stream, cancel).ConfigureAwait(false);
            return null;
        }

        // The end only after the answer: js-libp2p breaks the stream off when it reads the end, perhaps before it has sent what it answered.
        var bytes = await stream.ReadPrefixedAsync(KadCodec.MaxAnswer, cancel).ConfigureAwait(false);
        await stream.EndWritingAsync(cancel).ConfigureAwait(false);
        if (KadCodec.TryDecode(bytes, out var answer)) return Known(answer, connection);
        throw new Libp2pException($"{connection.Peer} answers in the DHT with what is no message.");
    }

    /// <summary>Who was told something says nothing, but ends the stream once it has read it; js-libp2p breaks it off instead.</summary>
    private static async Task HearEndAsync(Connection connection, Libp2pStream stream, CancellationToken cancel)
    {
        try
        {
            await stream.ReadAsync(new byte[1], cancel).ConfigureAwait(false);
        }
        catch (Libp2pException) when (connection.Session.Failure is null)
        {
            // The stream is over, the connection is not: it was heard.
        }
    }

    private async Task AnswerAsync(Connection connection, Libp2pStream stream, CancellationToken stopping)
    {
        while (true)
        {
            using var deadline = _swarm.WithDeadline(stopping);
            if (await stream.ReadPrefixedOrEndAsync(KadCodec.MaxRequest, deadline.Token).ConfigureAwait(false) is not { } bytes) break;
            if (!KadCodec.TryDecode(bytes, out var request)) throw new Libp2pException($"{connection.Peer} asks in the DHT with what is no message.");
            var output = await AnswerAsync(Known(request, connection), connection.Peer).WaitAsync(deadline.Token).ConfigureAwait(false);
            _swarm.Metrics.DhtAsked(request.Type, output.Kind != KadOutputKind.Refuse);
            if (output.Kind == KadOutputKind.Refuse) throw new Libp2pException($"{connection.Peer} is refused in the DHT: {output.Reason}.");
            if (output.Message is { } answer) await stream.WritePrefixedAsync(KadCodec.Encode(answer), deadline.Token).ConfigureAwait(false);
        }

        await stream.EndWritingAsync(stopping).ConfigureAwait(false);
    }

    private Task<KadOutput> AnswerAsync(KadMessage request, PeerId from)
    {
        var answered = new TaskCompletionSource<KadOutput>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_isOver) return Task.FromCanceled<KadOutput>(new CancellationToken(canceled: true));
            var number = ++_lastAsked;
            _asked.Add(number, answered);
            Step((core, now) => core.Receive(request, from, number, now));
        }

        return answered.Task;
    }

    private static KadMessage Known(KadMessage message, Connection connection) => message with
    {
        Closer = [.. message.Closer.Select(peer => peer with { Addresses = KnownAddresses.From(peer.Addresses, connection.Address) })],
        Providers = [.. message.Providers.Select(peer => peer with { Addresses = KnownAddresses.From(peer.Addresses, connection.Address) })],
    };
}
