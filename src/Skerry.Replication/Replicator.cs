using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Text;

using Microsoft.Extensions.Logging;

using Skerry.Primitives;
using Skerry.Replication.Core;
using Skerry.Replication.Driver;
using Skerry.Replication.Wire;

namespace Skerry.Replication;

/// <summary>
/// Records with one owner each, known by every node of the group: the core with its transport and its clock. Calls may come from any thread; they never
/// call back, so a caller may hold a lock of its own.
/// </summary>
public sealed class Replicator : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly string _self;
    private readonly IReplicationTransport _transport;
    private readonly TimeProvider _time;
    private readonly MonotonicClock _clock;
    private readonly ReplicationCore _core;
    private readonly ReplicationMetrics _metrics;
    private readonly ILogger _logger;
    private readonly StreamSender _streams;
    private readonly Action<ImmutableArray<Record>> _received;
    private readonly Dictionary<ulong, TaskCompletionSource<int>> _publishing = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly ITimer _timer;
    private Task _receiving = Task.CompletedTask;
    private Instant _wakeAt = Instant.Never;
    private bool _isStarted;
    private bool _isStopped;
    private bool _isDisposed;

    /// <param name="self">This node's name.</param>
    /// <param name="transport">How peers are reached.</param>
    /// <param name="received">Hears of every change of other owners' records, in order, one batch at a time, from the one thread that receives.</param>
    /// <param name="time">Clock and timer.</param>
    /// <param name="loggers">For the log.</param>
    /// <param name="meters">For counters.</param>
    /// <param name="seed">Seed of the random choices; null: a random one.</param>
    /// <param name="pace">How quickly it goes; null: as inside a group.</param>
    public Replicator(
        string self, IReplicationTransport transport, Action<ImmutableArray<Record>> received, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters, ulong? seed = null,
        ReplicationPace? pace = null)
    {
        _self = self;
        _transport = transport;
        _received = received;
        _time = time;
        _clock = new MonotonicClock(time);
        _core = new ReplicationCore(self, new Prng(seed ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8))), _clock.Now, pace);
        _logger = loggers.CreateLogger("Skerry.Replication");
        _metrics = new ReplicationMetrics(meters, pace ?? ReplicationPace.Group, CountRecords);
        _streams = new StreamSender(transport, _metrics, _logger);
        _timer = time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Begins to talk to peers. What was published before, they learn by comparison.</summary>
    public void Start()
    {
        lock (_gate)
        {
            _isStarted = true;
            _receiving = ReceiveAsync();
            Step(core => core.SetPeers([.. _transport.Peers], _clock.Now));
        }
    }

    /// <summary>Says or withdraws things, all or none, before it returns; what this node already says so costs nothing.</summary>
    /// <returns>Completes when neighbours know, or after 300 ms (as the pace says), with how many acknowledged: 0 for a node alone. Cancelling it takes nothing back.</returns>
    /// <exception cref="ReplicationException">A record is too large, or there are too many; nothing was said.</exception>
    public Task<int> PublishAsync(IReadOnlyCollection<RecordChange> changes, CancellationToken cancellation)
    {
        foreach (var change in changes) Check(change);
        var done = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (!_core.HasRoomFor(changes)) throw new ReplicationException($"A node says at most {Record.MaxPerOwner} things; deregister some first.");
            if (_isStopped) return Task.FromResult(0);
            Step(core =>
            {
                var ticket = core.Publish(changes, (ulong)Math.Max(0, _time.GetUtcNow().ToUnixTimeMilliseconds()), _clock.Now);
                _publishing[ticket] = done;
            });
        }

        return done.Task.WaitAsync(cancellation);
    }

    /// <summary>The peers have changed: look at the transport again.</summary>
    public void PeersChanged()
    {
        lock (_gate)
        {
            if (_isStarted) Step(core => core.SetPeers([.. _transport.Peers], _clock.Now));
        }
    }

    /// <summary>An owner has left or was given up: its records are dropped, and none are taken in until <see cref="Revive"/>. Nothing is told of it upwards.</summary>
    public void Forget(string owner)
    {
        lock (_gate) Step(core => core.Forget(owner));
    }

    /// <summary>An owner is there again.</summary>
    public void Revive(string owner)
    {
        lock (_gate) Step(core => core.Revive(owner));
    }

    /// <summary>Whether an owner was forgotten and is not back.</summary>
    public bool IsForgotten(string owner)
    {
        lock (_gate) return _core.Store.IsForgotten(owner);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            Stop();
        }

        await _stopping.CancelAsync();
        await _timer.DisposeAsync();
        await _receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _streams.DisposeAsync();
        _stopping.Dispose();
    }

    private static void Check(RecordChange change)
    {
        if (change.Payload is { Length: > Record.MaxPayload } payload)
            throw new ReplicationException($"{change.Kind} {change.Id}: a record holds at most {Record.MaxPayload} bytes; this one has {payload.Length}.");
        if (Encoding.UTF8.GetByteCount(change.Kind) > Record.MaxName || Encoding.UTF8.GetByteCount(change.Id) > Record.MaxName)
            throw new ReplicationException($"{change.Kind}: a record's kind and id hold at most {Record.MaxName} bytes each.");
    }

    private async Task ReceiveAsync()
    {
        // Start holds the lock: the first message waits until it is done.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await foreach (var bytes in _transport.ReceiveAsync(_stopping.Token)) Receive(bytes);
        }
        catch (Exception broken) when (!_stopping.IsCancellationRequested)
        {
            // Nothing a peer sends leads here: the transport broke, or whoever takes the news.
            ReplicationLog.Stopped(_logger, _self, broken);
            lock (_gate) Stop();
        }
    }

    private void Receive(ReadOnlyMemory<byte> bytes)
    {
        if (!ReplicationCodec.TryDecode(bytes.Span, out var message))
        {
            _metrics.Refused();
            ReplicationLog.MessageRefused(_logger, bytes.Length);
            return;
        }

        _metrics.Received(bytes.Length);
        ImmutableArray<Record> news;
        lock (_gate) news = Step(core => core.Receive(message, _clock.Now));
        if (news.Length > 0) _received(news);
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            _wakeAt = Instant.Never;
            Step(core => core.Advance(_clock.Now));
        }
    }

    /// <summary>One step of the core and what it wants done, under the lock. A broken invariant stops replication, not the process.</summary>
    private ImmutableArray<Record> Step(Action<ReplicationCore> step)
    {
        if (_isStopped) return [];
        var news = ImmutableArray.CreateBuilder<Record>();
        try
        {
            step(_core);
            while (_core.TryTake(out var output)) Do(output, news);
            Arm();
        }
        catch (InvariantException broken)
        {
            ReplicationLog.Stopped(_logger, _self, broken);
            Stop();
        }

        return news.ToImmutable();
    }

    private void Do(ReplicationOutput output, ImmutableArray<Record>.Builder news)
    {
        switch (output)
        {
            case RecordChanged change: news.Add(change.Record); break;
            case PublishDone publish: if (_publishing.Remove(publish.Ticket, out var done)) done.TrySetResult(publish.Acknowledged); break;
            case SendMessage send: Send(send); break;
        }
    }

    private void Send(SendMessage send)
    {
        var bytes = ReplicationCodec.Encode(send.Message);
        _metrics.Sent(bytes.Length);
        // A comparison is a chain of messages: by datagrams it would break off at any one of them, and on a bad link it always would.
        var mayBeLost = send.Message is Push or PushAck or RootDigest;
        if (!mayBeLost || bytes.Length > _transport.MaxDatagramPayload) _streams.Send(send.To, bytes);
        else if (!_transport.TrySendDatagram(send.To, bytes)) _metrics.Unsent();
    }

    private void Arm()
    {
        var next = _core.NextDeadline;
        if (!_isStarted || next == _wakeAt) return;
        _wakeAt = next;
        if (next == Instant.Never)
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        // Timers count whole milliseconds: rounded up, a wake-up is never before its deadline. A deadline a month away is looked at again by then.
        var wait = Math.Clamp(Math.Ceiling((next - _clock.Now).TotalMilliseconds), 0, TimeSpan.FromDays(30).TotalMilliseconds);
        _timer.Change(TimeSpan.FromMilliseconds(wait), Timeout.InfiniteTimeSpan);
    }

    private void Stop()
    {
        _isStopped = true;
        foreach (var waiting in _publishing.Values) waiting.TrySetResult(0);
        _publishing.Clear();
    }

    private int CountRecords()
    {
        lock (_gate) return _core.Store.Said;
    }
}
