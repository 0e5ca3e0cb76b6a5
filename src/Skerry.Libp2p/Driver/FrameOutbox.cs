namespace Skerry.Libp2p.Driver;

/// <summary>
/// Frames on their way out: many put them in, one task writes them, all that has gathered in one call. Control frames never wait, so that reading never
/// waits for writing; data waits while too much is there already.
/// </summary>
/// <param name="channel">Where to.</param>
internal sealed class FrameOutbox(Stream channel)
{
    /// <summary>Data waits above this, bytes: two of Noise's longest messages.</summary>
    private const int High = 128 << 10;

    /// <summary>Above this the other side asks for answers and takes none of them, bytes.</summary>
    private const int Limit = 4 << 20;

    private readonly Lock _gate = new();
    private byte[] _gathering = new byte[4096];
    private byte[] _writing = new byte[4096];
    private int _length;
    private TaskCompletionSource? _arrived;
    private TaskCompletionSource? _room;
    private bool _isClosed;

    /// <summary>Whether data may be put in now.</summary>
    public bool HasRoom
    {
        get { lock (_gate) return _length < High; }
    }

    /// <summary>Puts in a frame: a header, and data if there is any.</summary>
    /// <exception cref="Libp2pException">The outbox is closed, or overfull.</exception>
    public void Put(ReadOnlySpan<byte> header, ReadOnlySpan<byte> data)
    {
        TaskCompletionSource? arrived;
        lock (_gate)
        {
            if (_isClosed) throw new Libp2pException("The connection is closed.");
            if (_length > Limit) throw new Libp2pException("The peer takes nothing of what it asks for.");
            var needed = _length + header.Length + data.Length;
            if (needed > _gathering.Length) Array.Resize(ref _gathering, Math.Max(needed, 2 * _gathering.Length));
            header.CopyTo(_gathering.AsSpan(_length));
            data.CopyTo(_gathering.AsSpan(_length + header.Length));
            _length = needed;
            (arrived, _arrived) = (_arrived, null);
        }

        arrived?.TrySetResult();
    }

    /// <summary>Waits until data may be put in.</summary>
    public async ValueTask UntilRoomAsync(CancellationToken cancel)
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

    /// <summary>Writes what is put in until the outbox is closed and empty.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        while (true)
        {
            Task? arrived = null;
            var length = 0;
            lock (_gate)
            {
                if (_length == 0)
                {
                    if (_isClosed) return;
                    _arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    arrived = _arrived.Task;
                }
                else
                {
                    (_gathering, _writing) = (_writing, _gathering);
                    (length, _length) = (_length, 0);
                }
            }

            if (arrived is not null)
            {
                await arrived.WaitAsync(cancel).ConfigureAwait(false);
                continue;
            }

            OpenRoom();
            await channel.WriteAsync(_writing.AsMemory(0, length), cancel).ConfigureAwait(false);
            await channel.FlushAsync(cancel).ConfigureAwait(false);
            // A connection at rest keeps no large buffers.
            if (_writing.Length > 2 * High) _writing = new byte[4096];
        }
    }

    /// <summary>Nothing more is put in; what is there still goes out.</summary>
    public void Close()
    {
        TaskCompletionSource? arrived;
        lock (_gate)
        {
            _isClosed = true;
            (arrived, _arrived) = (_arrived, null);
        }

        arrived?.TrySetResult();
        OpenRoom();
    }

    private void OpenRoom()
    {
        TaskCompletionSource? room;
        lock (_gate) (room, _room) = (_room, null);
        room?.TrySetResult();
    }
}
