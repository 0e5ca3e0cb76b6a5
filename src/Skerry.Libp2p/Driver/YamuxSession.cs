using System.Threading.Channels;

using Skerry.Libp2p.Core.Yamux;
using Skerry.Libp2p.Wire;
using Skerry.Primitives;

namespace Skerry.Libp2p.Driver;

/// <summary>Runs a <see cref="YamuxCore"/> over a secured channel: reads frames, hands data to streams, keeps the peer awake.</summary>
internal sealed class YamuxSession : IAsyncDisposable
{
    /// <summary>The longest data frame, bytes: with its header it goes into one of Noise's messages, and two of those into one buffer.</summary>
    private const int MaxFrame = 65500;

    /// <summary>What one caller puts in at a time, bytes.</summary>
    private const int MaxBatch = 2 * MaxFrame;

    private readonly IMuxedChannel _channel;
    private readonly PeerAccount _account;
    private readonly YamuxCore _core;
    private readonly YamuxTiming _timing;
    private readonly MonotonicClock _clock;
    private readonly TimeProvider _time;
    private readonly FrameOutbox _outbox;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly Dictionary<uint, YamuxStream> _streams = [];
    private readonly Queue<YamuxStream> _overdue = new();
    private readonly Channel<YamuxStream> _incoming = Channel.CreateUnbounded<YamuxStream>();
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _header = new byte[YamuxHeader.Size];
    private int _headerLength;
    private int _dataLeft;
    private YamuxStream? _target;
    private YamuxStream? _unsettled;
    private long _written;
    private Instant _writtenAt;
    private Task _running = Task.CompletedTask;
    private Exception? _failure;

    public YamuxSession(IMuxedChannel channel, PeerAccount account, bool isDialler, YamuxTiming timing, TimeProvider time)
    {
        (_channel, _account, _time) = (channel, account, time);
        _clock = new MonotonicClock(time);
        _core = new YamuxCore(isDialler, timing);
        _timing = timing;
        _outbox = new FrameOutbox(channel, account, Break);
        _timer = time.CreateTimer(static session => ((YamuxSession)session!).OnTime(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Who is at the other end.</summary>
    public PeerId Peer => _account.Peer;

    /// <summary>Streams the peer opens; bounded by what the core lets it have open.</summary>
    public ChannelReader<YamuxStream> Incoming => _incoming.Reader;

    /// <summary>Ends when the session is over, however.</summary>
    public Task Completion => _running;

    /// <summary>Why it is over.</summary>
    public Exception? Failure => _failure;

    /// <summary>Streams that are not over.</summary>
    public int Count
    {
        get { lock (_gate) return _core.Count; }
    }

    /// <summary>Told of each round trip that is measured, under the session's lock.</summary>
    public Action<TimeSpan>? OnMeasured { get; set; }

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

        _running = Task.Run(RunAsync);
        OnTime();
    }

    /// <summary>Opens a stream; the peer hears of it with the first <see cref="Flush"/>.</summary>
    /// <param name="proposal">What to send on it at once, for an answer that is the same; null: nothing.</param>
    /// <exception cref="Libp2pException">The session is over.</exception>
    public YamuxStream Open(byte[]? proposal = null)
    {
        lock (_gate)
        {
            var id = _failure is null ? _core.Open() : 0;
            if (id == 0) throw new Libp2pException($"The connection to {Peer} is over: {_failure?.Message ?? "all its streams are used up"}", _failure);
            var stream = new YamuxStream(this, id, isIncoming: false, _account) { ProposedAt = _clock.Now };
            _streams.Add(id, stream);
            _account.AddOutgoing();
            Drain();
            if (proposal is null) return stream;
            stream.Expect(proposal);
            Put(id, proposal);
            return stream;
        }
    }

    /// <summary>Pings from now on so often, and ends when a ping stays unanswered for so long.</summary>
    public void SetHeartbeat(TimeSpan period, TimeSpan timeout)
    {
        lock (_gate) _core.SetHeartbeat(period, timeout, _clock.Now);
        OnTime();
    }

    public ValueTask UntilRoomAsync(CancellationToken cancel) => _outbox.UntilRoomAsync(cancel);

    /// <summary>Sends as much as there is credit for.</summary>
    /// <param name="id">The stream.</param>
    /// <param name="data">What there is to send.</param>
    /// <param name="isFull">Whether the connection, and not the stream, holds it back.</param>
    /// <returns>Bytes sent.</returns>
    public int TrySend(uint id, ReadOnlySpan<byte> data, out bool isFull)
    {
        var sent = 0;
        lock (_gate)
        {
            // Asked again here: many streams may have waited for the same room.
            isFull = _failure is null && !_outbox.HasRoom;
            if (!isFull) sent = Put(id, data[..PartOf(data.Length, MaxBatch)]);
        }

        _outbox.Flush();
        return sent;
    }

    public void OnConsumed(uint id, int length)
    {
        lock (_gate)
        {
            _core.Consumed(id, (uint)length, _clock.Now, _account.MayGrow);
            Drain();
        }

        _outbox.Flush();
    }

    public void End(uint id)
    {
        lock (_gate)
        {
            _core.End(id);
            Drain();
        }

        _outbox.Flush();
    }

    public void Reset(uint id)
    {
        lock (_gate)
        {
            _core.Reset(id);
            Remove(id);
            Drain();
        }

        _outbox.Flush();
    }

    /// <summary>What waits to be sent goes out.</summary>
    public void Flush() => _outbox.Flush();

    /// <summary>A stream both of whose directions have ended is no more.</summary>
    public void Forget(uint id)
    {
        lock (_gate) Remove(id);
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
    }

    private async Task RunAsync()
    {
        using var stopping = new CancellationTokenSource();
        var reading = ReadAsync(stopping.Token);
        Exception? cause = null;
        try
        {
            await await Task.WhenAny(reading, _failed.Task).ConfigureAwait(false);
        }
        catch (Exception ended) when (ended is Libp2pException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            cause = ended;
        }

        Break(cause ?? new Libp2pException("the peer closed the connection"));
        // What was put in last, a goodbye, gets a moment to go out.
        await _outbox.Emptied.WaitAsync(TimeSpan.FromSeconds(1), _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await stopping.CancelAsync().ConfigureAwait(false);
        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _outbox.DisposeAsync().ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        await _channel.DisposeAsync().ConfigureAwait(false);
        _account.Leave();
    }

    private async Task ReadAsync(CancellationToken stopping)
    {
        while (_failure is null)
        {
            var piece = await _channel.ReceiveAsync(stopping).ConfigureAwait(false);
            if (piece.IsEmpty && (_headerLength > 0 || _dataLeft > 0)) throw new Libp2pException("The peer ended the connection in the middle of a message.");
            if (piece.IsEmpty) return;
            Take(piece.Span);
            if (!_channel.HasMore) Settle(next: null);
            _outbox.Flush();
        }
    }

    /// <summary>Frames and pieces of frames, in whatever portions they come.</summary>
    private void Take(ReadOnlySpan<byte> piece)
    {
        while (!piece.IsEmpty && _failure is null)
        {
            if (_dataLeft > 0)
            {
                var data = piece[..Math.Min(_dataLeft, piece.Length)];
                _dataLeft -= data.Length;
                if (_target?.OnData(data) == false) _target.Abort();
                if (_target != _unsettled) Settle(_target);
                piece = piece[data.Length..];
                continue;
            }

            var part = piece[..Math.Min(YamuxHeader.Size - _headerLength, piece.Length)];
            part.CopyTo(_header.AsSpan(_headerLength));
            _headerLength += part.Length;
            piece = piece[part.Length..];
            if (_headerLength < YamuxHeader.Size) return;
            _headerLength = 0;
            if (!YamuxHeader.TryRead(_header, out var frame)) throw new Libp2pException("The peer sends what is no yamux frame.");
            lock (_gate)
            {
                _core.Receive(frame, _clock.Now);
                (_dataLeft, _target) = Drain();
            }
        }
    }

    /// <summary>Readers are told when all that came together has been handed out: one wake for a buffer full instead of one for each frame.</summary>
    private void Settle(YamuxStream? next)
    {
        _unsettled?.Settle();
        _unsettled = next;
    }

    private void OnTime()
    {
        lock (_gate)
        {
            if (_failure is not null) return;
            _core.Advance(_clock.Now);
            Drain();
            Overdue();
            // An answered ping moves the deadline back; it is never so near that a tenth of a second matters.
            var wait = _core.NextDeadline - _clock.Now;
            if (_failure is null) _timer.Change(TimeSpan.FromSeconds(Math.Clamp(wait.TotalSeconds, 0.1, 30)), Timeout.InfiniteTimeSpan);
        }

        _outbox.Flush();
    }

    /// <summary>Ends what has waited too long: a write, and streams whose protocol was never agreed on.</summary>
    private void Overdue()
    {
        var now = _clock.Now;
        if (_outbox.Written != _written || !_outbox.IsWriting) (_written, _writtenAt) = (_outbox.Written, now);
        else if (now - _writtenAt > _timing.WriteTimeout) Fail(new Libp2pException($"the peer has taken nothing for {_timing.WriteTimeout.TotalSeconds:0} s"));
        foreach (var stream in _streams.Values)
        {
            if (stream.IsAnswerDue && now - stream.ProposedAt > _timing.WriteTimeout) _overdue.Enqueue(stream);
        }

        while (_overdue.TryDequeue(out var stream)) stream.Abort();
    }

    /// <summary>Puts in data as far as there is credit, in frames of one length, so that no small one is left over.</summary>
    private int Put(uint id, ReadOnlySpan<byte> data)
    {
        var granted = (int)_core.TakeCredit(id, (uint)data.Length);
        Span<byte> header = stackalloc byte[YamuxHeader.Size];
        for (var left = data[..granted]; !left.IsEmpty;)
        {
            var frame = left[..PartOf(left.Length, MaxFrame)];
            new YamuxHeader(YamuxType.Data, YamuxFlags.None, id, (uint)frame.Length).Write(header);
            left = left[frame.Length..];
            _outbox.Put(header, frame, left.IsEmpty ? 0 : left.Length + YamuxHeader.Size + _channel.HeadLength + _channel.TailLength);
        }

        return granted;
    }

    /// <summary>The first of as few equal parts as there can be.</summary>
    private static int PartOf(int length, int max)
    {
        var parts = (length + max - 1) / max;
        return parts <= 1 ? length : (length + parts - 1) / parts;
    }

    private (int Length, YamuxStream? Target) Drain()
    {
        var (length, target) = (0, (YamuxStream?)null);
        while (_core.TryTake(out var output))
        {
            switch (output.Kind)
            {
                case YamuxOutputKind.Send:
                    Send(output.Header);
                    break;
                case YamuxOutputKind.Opened:
                    TakeIn(output.Stream);
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
                case YamuxOutputKind.Reset:
                    Remove(output.Stream)?.Break(new Libp2pException("The peer broke the stream off."));
                    break;
                case YamuxOutputKind.Measured:
                    OnMeasured?.Invoke(_core.RoundTrip);
                    break;
                case YamuxOutputKind.Failed:
                    Fail(new Libp2pException(output.Reason!));
                    break;
            }
        }

        return (length, target);
    }

    private void Send(YamuxHeader header)
    {
        if (_failure is not null) return;
        Span<byte> bytes = stackalloc byte[YamuxHeader.Size];
        header.Write(bytes);
        try
        {
            _outbox.Put(bytes, default);
        }
        catch (Libp2pException overfull)
        {
            Fail(overfull);
        }
    }

    private void TakeIn(uint id)
    {
        // The peer, or all together, hold as much as they may.
        if (!_account.TryAddIncoming())
        {
            _core.Refuse(id, _clock.Now);
            return;
        }

        var opened = new YamuxStream(this, id, isIncoming: true, _account);
        _streams.Add(id, opened);
        _incoming.Writer.TryWrite(opened);
    }

    private YamuxStream? Remove(uint id)
    {
        if (!_streams.Remove(id, out var stream)) return null;
        _account.RemoveStream(stream.IsIncoming);
        return stream;
    }

    /// <summary>Ends it at once, with no goodbye.</summary>
    public void Break(Exception cause)
    {
        lock (_gate) Fail(cause);
        _outbox.Flush();
    }

    private void Fail(Exception cause)
    {
        if (_failure is not null) return;
        _failure = cause;
        foreach (var stream in _streams.Values)
        {
            stream.Break(cause);
            _account.RemoveStream(stream.IsIncoming);
        }

        _streams.Clear();
        _incoming.Writer.TryComplete();
        _outbox.Close();
        _failed.TrySetResult();
    }
}
