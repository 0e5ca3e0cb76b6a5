using System.IO.Pipelines;
using System.Threading.Channels;

using Skerry.Libp2p.Core.Yamux;
using Skerry.Libp2p.Wire;
using Skerry.Primitives;

namespace Skerry.Libp2p.Driver;

/// <summary>Runs a <see cref="YamuxCore"/> over a secured channel: reads frames, hands data to streams, keeps the peer awake.</summary>
internal sealed class YamuxSession : IAsyncDisposable
{
    private const int ReadLength = 64 << 10;

    private readonly Stream _channel;
    private readonly YamuxCore _core;
    private readonly MonotonicClock _clock;
    private readonly TimeProvider _time;
    private readonly FrameOutbox _outbox;
    private readonly Lock _gate = new();
    private readonly Dictionary<uint, YamuxStream> _streams = [];
    private readonly Channel<YamuxStream> _incoming = Channel.CreateUnbounded<YamuxStream>();
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;
    private Exception? _failure;
    private CancellationTokenSource? _waiting;

    public YamuxSession(Stream channel, PeerId peer, bool isDialler, YamuxTiming timing, TimeProvider time)
    {
        _channel = channel;
        Peer = peer;
        _time = time;
        _clock = new MonotonicClock(time);
        _core = new YamuxCore(isDialler, timing);
        _outbox = new FrameOutbox(channel);
    }

    /// <summary>Who is at the other end.</summary>
    public PeerId Peer { get; }

    /// <summary>Streams the peer opens; bounded by what the core lets it have open.</summary>
    public ChannelReader<YamuxStream> Incoming => _incoming.Reader;

    /// <summary>Ends when the session is over, however.</summary>
    public Task Completion => _running;

    /// <summary>Why it is over.</summary>
    public Exception? Failure => _failure;

    /// <summary>The last measured round trip.</summary>
    public TimeSpan RoundTrip
    {
        get { lock (_gate) return _core.RoundTrip; }
    }

    public void Start()
    {
        lock (_gate)
        {
            _core.Start(_clock.Now);
            Drain();
        }

        _running = RunAsync();
    }

    /// <exception cref="Libp2pException">The session is over.</exception>
    public YamuxStream Open()
    {
        lock (_gate)
        {
            var id = _failure is null ? _core.Open() : 0;
            if (id == 0) throw new Libp2pException($"The connection to {Peer} is over: {_failure?.Message ?? "all its streams are used up"}", _failure);
            var stream = new YamuxStream(this, id);
            _streams.Add(id, stream);
            Drain();
            return stream;
        }
    }

    /// <summary>Pings from now on so often, and ends when a ping stays unanswered for so long.</summary>
    public void SetHeartbeat(TimeSpan period, TimeSpan timeout)
    {
        lock (_gate)
        {
            _core.SetHeartbeat(period, timeout, _clock.Now);
            _waiting?.Cancel();
        }
    }

    public ValueTask UntilRoomAsync(CancellationToken cancel) => _outbox.UntilRoomAsync(cancel);

    /// <summary>Sends as much as there is credit for.</summary>
    /// <param name="id">The stream.</param>
    /// <param name="data">What there is to send.</param>
    /// <param name="isFull">Whether the connection, and not the stream, holds it back.</param>
    /// <returns>Bytes sent.</returns>
    public int TrySend(uint id, ReadOnlySpan<byte> data, out bool isFull)
    {
        lock (_gate)
        {
            // Asked again here: many streams may have waited for the same room.
            isFull = _failure is null && !_outbox.HasRoom;
            if (isFull) return 0;
            var granted = (int)_core.TakeCredit(id, (uint)data.Length);
            if (granted == 0) return 0;
            Span<byte> header = stackalloc byte[YamuxHeader.Size];
            new YamuxHeader(YamuxType.Data, YamuxFlags.None, id, (uint)granted).Write(header);
            _outbox.Put(header, data[..granted]);
            return granted;
        }
    }

    public void OnConsumed(uint id, int length)
    {
        lock (_gate)
        {
            _core.Consumed(id, (uint)length, _clock.Now);
            Drain();
        }
    }

    public void End(uint id)
    {
        lock (_gate)
        {
            _core.End(id);
            Drain();
        }
    }

    public void Reset(uint id)
    {
        lock (_gate)
        {
            _core.Reset(id);
            _streams.Remove(id);
            Drain();
        }
    }

    /// <summary>A stream both of whose directions have ended is no more.</summary>
    public void Forget(uint id)
    {
        lock (_gate) _streams.Remove(id);
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_failure is null)
            {
                _core.Close();
                Drain();
            }
        }

        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        var writing = _outbox.RunAsync(_stopping.Token);
        var reading = ReadAsync();
        var timing = KeepTimeAsync();
        Exception? cause = null;
        try
        {
            await await Task.WhenAny(writing, reading, timing).ConfigureAwait(false);
        }
        catch (Exception ended) when (ended is Libp2pException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            cause = ended;
        }

        lock (_gate) Fail(cause ?? new Libp2pException("the peer closed the connection"));
        // What was put in last, a goodbye, gets a moment to go out.
        await writing.WaitAsync(TimeSpan.FromSeconds(1), _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _channel.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(writing, reading, timing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ReadAsync()
    {
        var reader = PipeReader.Create(_channel, new StreamPipeReaderOptions(bufferSize: ReadLength, minimumReadSize: 4096, leaveOpen: true));
        var header = new byte[YamuxHeader.Size];
        while (true)
        {
            var result = await reader.ReadAtLeastAsync(YamuxHeader.Size, _stopping.Token).ConfigureAwait(false);
            if (result.Buffer.Length < YamuxHeader.Size) return;
            Copy(result.Buffer, header);
            reader.AdvanceTo(result.Buffer.GetPosition(YamuxHeader.Size));
            if (!YamuxHeader.TryRead(header, out var frame)) throw new Libp2pException("The peer sends what is no yamux frame.");
            var (length, target) = Take(frame);
            if (_failure is not null) return;
            if (length > 0) await MoveAsync(reader, length, target).ConfigureAwait(false);
        }
    }

    private static void Copy(System.Buffers.ReadOnlySequence<byte> source, byte[] header) =>
        System.Buffers.BuffersExtensions.CopyTo(source.Slice(0, YamuxHeader.Size), header);

    /// <summary>Feeds a header to the core; says how much data follows, and for whom.</summary>
    private (int Length, YamuxStream? Target) Take(YamuxHeader frame)
    {
        lock (_gate)
        {
            _core.Receive(frame, _clock.Now);
            return Drain();
        }
    }

    private async ValueTask MoveAsync(PipeReader reader, int length, YamuxStream? target)
    {
        while (length > 0)
        {
            var result = await reader.ReadAsync(_stopping.Token).ConfigureAwait(false);
            var available = result.Buffer.Slice(0, Math.Min(length, result.Buffer.Length));
            if (available.Length == 0 && result.IsCompleted) throw new Libp2pException("The peer ended the connection in the middle of a message.");
            length -= (int)available.Length;
            if (target?.OnData(available) == false) target.Abort();
            reader.AdvanceTo(available.End);
        }
    }

    private async Task KeepTimeAsync()
    {
        while (true)
        {
            TimeSpan wait;
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            lock (_gate)
            {
                _waiting = null;
                if (_failure is not null) return;
                _core.Advance(_clock.Now);
                Drain();
                wait = _core.NextDeadline - _clock.Now;
                _waiting = waiting;
            }

            // An answered ping moves the deadline back; it is never so near that a tenth of a second matters.
            await Task.Delay(TimeSpan.FromSeconds(Math.Clamp(wait.TotalSeconds, 0.1, 30)), _time, waiting.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lock (_gate) _waiting = null;
            _stopping.Token.ThrowIfCancellationRequested();
        }
    }

    private (int Length, YamuxStream? Target) Drain()
    {
        var (length, target) = (0, (YamuxStream?)null);
        Span<byte> header = stackalloc byte[YamuxHeader.Size];
        while (_core.TryTake(out var output))
        {
            switch (output.Kind)
            {
                case YamuxOutputKind.Send:
                    output.Header.Write(header);
                    if (_failure is null) _outbox.Put(header, default);
                    break;
                case YamuxOutputKind.Opened:
                    var opened = new YamuxStream(this, output.Stream);
                    _streams.Add(output.Stream, opened);
                    _incoming.Writer.TryWrite(opened);
                    break;
                case YamuxOutputKind.Deliver:
                    (length, target) = ((int)output.Length, _streams.GetValueOrDefault(output.Stream));
                    break;
                case YamuxOutputKind.Discard:
                    length = (int)Math.Min(output.Length, int.MaxValue);
                    break;
                case YamuxOutputKind.Credit:
                    _streams.GetValueOrDefault(output.Stream)?.OnCredit();
                    break;
                case YamuxOutputKind.Ended:
                    _streams.GetValueOrDefault(output.Stream)?.OnEnded();
                    break;
                case YamuxOutputKind.Reset when _streams.Remove(output.Stream, out var reset):
                    reset.Break(new Libp2pException("The peer broke the stream off."));
                    break;
                case YamuxOutputKind.Failed:
                    Fail(new Libp2pException(output.Reason!));
                    break;
            }
        }

        return (length, target);
    }

    private void Fail(Exception cause)
    {
        if (_failure is not null) return;
        _failure = cause;
        foreach (var stream in _streams.Values) stream.Break(cause);
        _streams.Clear();
        _incoming.Writer.TryComplete();
        _outbox.Close();
    }
}
