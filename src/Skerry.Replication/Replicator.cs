using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Security.Cryptography;

using Skerry.Primitives;
using Skerry.Replication.Core;
using Skerry.Replication.Driver;
using Skerry.Replication.Wire;

namespace Skerry.Replication;

/// <summary>Records with one owner each, known by every node of the group: the core with its transport and its clock.</summary>
public sealed class Replicator : IAsyncDisposable
{
    /// <summary>Version, type, sender and ticket in front of a push's records.</summary>
    private const int MessageHeader = 160;

    private readonly Lock _gate = new();
    private readonly IReplicationTransport _transport;
    private readonly TimeProvider _time;
    private readonly MonotonicClock _clock;
    private readonly ReplicationCore _core;
    private readonly ReplicationMetrics _metrics;
    private readonly Action<ImmutableArray<Record>> _changed;
    private readonly Dictionary<ulong, TaskCompletionSource<int>> _publishing = [];
    private readonly HashSet<Task> _sending = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly ITimer _timer;
    private readonly List<Record> _news = [];
    private Task _receiving = Task.CompletedTask;
    private Instant _wakeAt = Instant.Never;
    private bool _started;

    /// <param name="self">This node's name.</param>
    /// <param name="transport">How peers are reached.</param>
    /// <param name="changed">Hears of every change, own ones too, in order and one batch at a time; keep it short.</param>
    /// <param name="time">Clock and timer.</param>
    /// <param name="meters">For counters.</param>
    public Replicator(string self, IReplicationTransport transport, Action<ImmutableArray<Record>> changed, TimeProvider time, IMeterFactory meters)
    {
        _transport = transport;
        _changed = changed;
        _time = time;
        _clock = new MonotonicClock(time);
        var seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
        _core = new ReplicationCore(self, Math.Max(256, transport.MaxDatagramPayload - MessageHeader), new Prng(seed), _clock.Now);
        _metrics = new ReplicationMetrics(meters, CountRecords);
        _timer = time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Begins to talk to peers. What was published before is told to them now.</summary>
    public void Start()
    {
        _started = true;
        _receiving = ReceiveAsync();
        Step(core => core.Advance(_clock.Now));
    }

    /// <summary>Says something; returns when neighbours know it, or after 300 ms.</summary>
    /// <returns>How many neighbours acknowledged; 0 for a node alone.</returns>
    /// <exception cref="ReplicationException">The record is too large.</exception>
    public Task<int> PublishAsync(string kind, string id, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        if (payload.Length > Record.MaxPayload) throw new ReplicationException($"A record holds at most {Record.MaxPayload} bytes; this one has {payload.Length}.");
        if (System.Text.Encoding.UTF8.GetByteCount(id) > Record.MaxName) throw new ReplicationException($"A record's id holds at most {Record.MaxName} bytes.");
        return SayAsync(kind, id, payload, cancellation);
    }

    /// <summary>Says it no more.</summary>
    public Task<int> WithdrawAsync(string kind, string id, CancellationToken cancellation) => SayAsync(kind, id, null, cancellation);

    /// <summary>The peers have changed: look at the transport again.</summary>
    public void PeersChanged() => Step(core => core.SetPeers([.. _transport.Peers], _clock.Now));

    /// <summary>An owner has left or was given up.</summary>
    public void Forget(string owner) => Step(core => core.Forget(owner));

    /// <summary>An owner is there again.</summary>
    public void Revive(string owner) => Step(core => core.Revive(owner));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _timer.DisposeAsync();
        await _receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task[] sending;
        lock (_gate)
        {
            sending = [.. _sending];
            foreach (var waiting in _publishing.Values) waiting.TrySetResult(0);
        }

        await Task.WhenAll(sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private Task<int> SayAsync(string kind, string id, ReadOnlyMemory<byte>? payload, CancellationToken cancellation)
    {
        var done = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        Step(core =>
        {
            var ticket = core.Publish(kind, id, payload, (ulong)Math.Max(0, _time.GetUtcNow().ToUnixTimeMilliseconds()), _clock.Now);
            _publishing[ticket] = done;
        });
        return done.Task.WaitAsync(cancellation);
    }

    private async Task ReceiveAsync()
    {
        await foreach (var bytes in _transport.ReceiveAsync(_stopping.Token))
        {
            if (ReplicationCodec.TryDecode(bytes.Span, out var message))
            {
                _metrics.Received();
                Step(core => core.Receive(message!, _clock.Now));
            }
            else
            {
                _metrics.Refused();
            }
        }
    }

    /// <summary>One step of the core under the lock, its outputs done before the lock is let go.</summary>
    private void Step(Action<ReplicationCore> step)
    {
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested) return;
            step(_core);
            while (_core.TryTake(out var output)) Do(output);
            if (_news.Count > 0)
            {
                _changed([.. _news]);
                _news.Clear();
            }

            Arm();
        }
    }

    private void Do(ReplicationOutput output)
    {
        switch (output)
        {
            case RecordChanged change: _news.Add(change.Record); break;
            case PublishDone publish: if (_publishing.Remove(publish.Ticket, out var done)) done.TrySetResult(publish.Acknowledged); break;
            case SendMessage send: if (_started) Send(send); break;
        }
    }

    private void Send(SendMessage send)
    {
        var bytes = ReplicationCodec.Encode(send.Message);
        _metrics.Sent(bytes.Length);
        if (!send.ByStream && bytes.Length <= _transport.MaxDatagramPayload)
        {
            _transport.TrySendDatagram(send.To, bytes);
            return;
        }

        var sending = Task.Run(() => _transport.SendStreamAsync(send.To, bytes, _stopping.Token));
        _sending.Add(sending);
        _ = sending.ContinueWith(ended => { lock (_gate) _sending.Remove(ended); }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private void Arm()
    {
        var next = _core.NextDeadline;
        if (!_started || next == _wakeAt) return;
        _wakeAt = next;
        var delay = next == Instant.Never ? Timeout.InfiniteTimeSpan : next - _clock.Now;
        _timer.Change(delay < TimeSpan.Zero && delay != Timeout.InfiniteTimeSpan ? TimeSpan.Zero : delay, Timeout.InfiniteTimeSpan);
    }

    private void OnTimer()
    {
        lock (_gate) _wakeAt = Instant.Never;
        Step(core => core.Advance(_clock.Now));
    }

    private int CountRecords()
    {
        lock (_gate) return _core.Store.All.Count(record => record.Payload is not null);
    }
}
