namespace Skerry.Libp2p.Driver;

/// <summary>
/// Frames on their way out. Whoever puts some in and flushes writes them itself unless somebody else is writing; then they go out together after what is
/// being written. Control frames never wait, so that reading never waits for writing; data waits while too much is there already. At rest it holds nothing.
/// </summary>
/// <param name="channel">Where to.</param>
/// <param name="account">Whose buffers it uses.</param>
/// <param name="onFailed">Told when the channel cannot be written to.</param>
internal sealed class FrameOutbox(IMuxedChannel channel, PeerAccount account, Action<Exception> onFailed) : IAsyncDisposable
{
    /// <summary>Data waits above this, bytes: four of Noise's longest messages.</summary>
    private const int High = 256 << 10;

    /// <summary>Above this the other side asks for answers and takes none of them, bytes.</summary>
    private const int Limit = 4 << 20;

    private const int MinBuffer = 1 << 10;
    private const int MaxBuffer = 128 << 10;

    /// <summary>So many buffers a caller writes at a stretch; then the pool goes on, and the caller with its own work.</summary>
    private const int Stretch = 16;

    private readonly Lock _gate = new();
    private readonly Queue<OutgoingBuffer> _waiting = new();
    private readonly TaskCompletionSource _emptied = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private OutgoingBuffer _last;
    private int _length;
    private TaskCompletionSource? _room;
    private bool _isWriting;
    private long _written;
    private bool _isClosed;

    /// <summary>Whether data may be put in now.</summary>
    public bool HasRoom
    {
        get { lock (_gate) return _length < High; }
    }

    /// <summary>Whether a write is under way.</summary>
    public bool IsWriting
    {
        get { lock (_gate) return _isWriting; }
    }

    /// <summary>Buffers written so far.</summary>
    public long Written => Interlocked.Read(ref _written);

    /// <summary>Ends when the outbox is closed and empty, or nothing can be written any more.</summary>
    public Task Emptied => _emptied.Task;

    /// <summary>Puts in a frame: a header, and data if there is any.</summary>
    /// <param name="header">Its header.</param>
    /// <param name="data">Its data.</param>
    /// <param name="more">Bytes that follow at once in other frames, about.</param>
    /// <exception cref="Libp2pException">The outbox is closed, or overfull.</exception>
    public void Put(ReadOnlySpan<byte> header, ReadOnlySpan<byte> data, int more = 0)
    {
        lock (_gate)
        {
            if (_isClosed) throw new Libp2pException("The connection is closed.");
            if (_length > Limit) throw new Libp2pException("The peer takes nothing of what it asks for.");
            var frame = Extend(header.Length + data.Length, more);
            header.CopyTo(frame);
            data.CopyTo(frame[header.Length..]);
        }
    }

    /// <summary>Sees to it that what was put in goes out. Not to be called under a lock.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (_isWriting || _length == 0) return;
            _isWriting = true;
        }

        _ = WriteAsync();
    }

    /// <summary>Waits until data may be put in.</summary>
    public ValueTask UntilRoomAsync(CancellationToken cancel) => HasRoom ? default : WaitForRoomAsync(cancel);

    /// <summary>Nothing more is put in; what is there still goes out.</summary>
    public void Close()
    {
        lock (_gate)
        {
            if (_isClosed) return;
            _isClosed = true;
            if (!_isWriting && _length == 0) _emptied.TrySetResult();
        }

        OpenRoom();
    }

    /// <summary>Gives up what has not gone out.</summary>
    public async ValueTask DisposeAsync()
    {
        Close();
        await _stopping.CancelAsync().ConfigureAwait(false);
        Flush();
        await Emptied.ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <summary>Room for a frame: in the last message if it goes in there, in the same buffer behind it, or in a new one.</summary>
    private Span<byte> Extend(int length, int more)
    {
        var (head, tail) = (channel.HeadLength, channel.TailLength);
        var joins = _last.Bytes is not null && _last.MessageLength + length <= channel.MaxMessage && _last.Length + length <= _last.Bytes.Length;
        if (!joins)
        {
            var needed = head + length + tail;
            if (_last.Bytes is null || _last.Length + needed > _last.Bytes.Length)
            {
                if (_last.Bytes is not null) _waiting.Enqueue(_last);
                // Small for a lone frame; for one of many, room for those that follow.
                var wanted = _isWriting && _length > 0 ? MaxBuffer : Math.Clamp(needed + more, MinBuffer, MaxBuffer);
                _last = new OutgoingBuffer(account.Rent(Math.Max(needed, wanted)));
            }

            _last.MessageStart = _last.Length;
            _last.MessageLength = 0;
            _last.Length += head + tail;
            _length += head + tail;
        }

        var frame = _last.Bytes.AsSpan(_last.Length - tail, length);
        _last.Length += length;
        _last.MessageLength += length;
        _length += length;
        channel.WriteHead(_last.Bytes.AsSpan(_last.MessageStart, head), _last.MessageLength);
        return frame;
    }

    private bool TryTake(out OutgoingBuffer next)
    {
        lock (_gate)
        {
            if (!_waiting.TryDequeue(out next)) (next, _last) = (_last, default);
            if (next.Bytes is null)
            {
                _isWriting = false;
                if (_isClosed) _emptied.TrySetResult();
                return false;
            }

            _length -= next.Length;
            return true;
        }
    }

    private async Task WriteAsync()
    {
        try
        {
            for (var written = 1; TryTake(out var next); written++)
            {
                try
                {
                    OpenRoom();
                    channel.Seal(next.Bytes.AsSpan(0, next.Length));
                    await channel.SendAsync(next.Bytes.AsMemory(0, next.Length), _stopping.Token).ConfigureAwait(false);
                }
                finally
                {
                    account.Return(next.Bytes);
                }

                Interlocked.Increment(ref _written);
                if (written % Stretch == 0) await Task.Yield();
            }
        }
        catch (Exception failed)
        {
            GiveUp();
            onFailed(failed);
        }
    }

    /// <summary>The channel is broken: nothing more goes out.</summary>
    private void GiveUp()
    {
        lock (_gate)
        {
            _isClosed = true;
            while (_waiting.TryDequeue(out var waiting)) account.Return(waiting.Bytes);
            if (_last.Bytes is not null) account.Return(_last.Bytes);
            (_last, _length, _isWriting) = (default, 0, false);
        }

        OpenRoom();
        _emptied.TrySetResult();
    }

    private async ValueTask WaitForRoomAsync(CancellationToken cancel)
    {
        while (true)
        {
            Task room;
            lock (_gate)
            {
                if (_length < High || _isClosed) return;
                _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                room = _room.Task;
            }

            await room.WaitAsync(cancel).ConfigureAwait(false);
        }
    }

    private void OpenRoom()
    {
        TaskCompletionSource? room;
        lock (_gate)
        {
            if (_room is null || (_length >= High && !_isClosed)) return;
            (room, _room) = (_room, null);
        }

        room.TrySetResult();
    }
}
