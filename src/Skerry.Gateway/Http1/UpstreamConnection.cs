using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks.Sources;

using Skerry.Gateway.Transport;

namespace Skerry.Gateway.Http1;

/// <summary>
/// One HTTP/1.1 connection to an instance: bytes and deadlines, one exchange at a time. What ends it from outside (a deadline, a client that is gone) only shuts the
/// socket down; whoever uses it then finds the end and disposes it.
/// </summary>
internal sealed class UpstreamConnection : IValueTaskSource<int>, IValueTaskSource, IDisposable
{
    private const int BufferSize = 16 * 1024;

    private readonly PolledSocket _socket;
    private readonly DeadlineWatch _watch;
    private ManualResetValueTaskSourceCore<int> _received;
    private ManualResetValueTaskSourceCore<bool> _sent;
    private Memory<byte> _destination;
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private long _deadline = long.MaxValue;
    private int _disposed;
    private volatile PolledSocket? _client;
    private volatile bool _isBusy;
    private volatile bool _isLate;
    private volatile bool _isAbandoned;
    private volatile bool _isCut;

    private UpstreamConnection(Socket socket, EventLoop loop, DeadlineWatch watch)
    {
        _watch = watch;
        _socket = new PolledSocket(socket, loop, OnReadable, OnWritable);
        Exchange = new Http1Exchange(this, watch);
        watch.Add(this);
    }

    /// <summary>The loop it lives on.</summary>
    public EventLoop Loop => _socket.Loop;

    /// <summary>What runs on it; used again for each request.</summary>
    public Http1Exchange Exchange { get; }

    public ResponseParser Parser { get; } = new();

    /// <summary>What has arrived and was not taken yet.</summary>
    public ReadOnlySpan<byte> Received => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Whether the instance has ended its side.</summary>
    public bool IsPeerClosed => _socket.IsPeerClosed;

    /// <summary>Whether a deadline has ended it.</summary>
    public bool IsLate => _isLate;

    /// <summary>Whether it was ended because the client has gone.</summary>
    public bool IsAbandoned => _isAbandoned;

    /// <summary>Whether the end that is read on it was made here and says nothing about the instance.</summary>
    public bool IsEndedByUs => _isLate || _isAbandoned || _isCut;

    /// <summary>The span it was opened for; of no trace when nobody listened.</summary>
    public ActivityContext OpenedFor { get; set; }

    /// <summary>When it was put back, in the watch's time.</summary>
    public long IdleSince { get; set; }

    /// <summary>The watch's time at which it is ended; <see cref="long.MaxValue"/>: never.</summary>
    public long Deadline
    {
        get => Volatile.Read(ref _deadline);
        set => Volatile.Write(ref _deadline, value);
    }

    /// <summary>Connects.</summary>
    /// <param name="target">Whereto.</param>
    /// <param name="loop">Where it lives.</param>
    /// <param name="watch">Its deadlines.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="bound">Told where it comes from before it is made; null: nobody asks. Only for an address of this machine.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="UpstreamException">It did not come about, or not in time.</exception>
    public static async ValueTask<UpstreamConnection> OpenAsync(
        EndPoint target, EventLoop loop, DeadlineWatch watch, TimeSpan timeout, Action<IPEndPoint>? bound, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            IPAddress[] addresses = target is IPEndPoint ip ? [ip.Address] : await Dns.GetHostAddressesAsync(((DnsEndPoint)target).Host, limit.Token);
            var port = target is IPEndPoint { Port: var known } ? known : ((DnsEndPoint)target).Port;
            for (var i = 0; ; i++)
            {
                try
                {
                    if (i == addresses.Length) throw new SocketException((int)SocketError.HostNotFound);
                    return await OpenAsync(new IPEndPoint(addresses[i], port), loop, watch, bound, limit.Token);
                }
                catch (SocketException) when (i < addresses.Length - 1)
                {
                    // A name may stand for several machines: the next one.
                }
            }
        }
        catch (SocketException refused)
        {
            throw new UpstreamException(UpstreamFailure.Connect, refused.Message, refused);
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new UpstreamException(UpstreamFailure.ConnectTimeout, $"no connection within {timeout.TotalSeconds:0.###} s", late);
        }
    }

    /// <summary>An exchange begins.</summary>
    /// <param name="client">Whose end ends it; null when that is told by a token instead.</param>
    public void Begin(PolledSocket? client)
    {
        _client = client;
        _isBusy = true;
        _watch.Wake();
    }

    /// <summary>The exchange is over and left the connection fit for another.</summary>
    public void End()
    {
        _isBusy = false;
        _client = null;
        Deadline = long.MaxValue;
        ReturnBuffer();
    }

    /// <summary>Whether the instance has closed it, or has said something nobody asked for, since it was last used.</summary>
    public bool IsStale()
    {
        if (_end != _start || _socket.IsPeerClosed) return true;
        try
        {
            Span<byte> anything = stackalloc byte[1];
            return _socket.TryReceive(anything) >= 0;
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }

    /// <summary>Sends all of it.</summary>
    /// <exception cref="SocketException">The connection broke.</exception>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        var sent = SendNow(bytes.Span);
        return sent == bytes.Length ? default : SendRestAsync(bytes[sent..]);
    }

    /// <summary>Sends what there is room for.</summary>
    /// <returns>Bytes sent.</returns>
    public int SendNow(ReadOnlySpan<byte> bytes)
    {
        var total = 0;
        while (total < bytes.Length && _socket.TrySend(bytes[total..]) is > 0 and var sent) total += sent;
        return total;
    }

    /// <summary>Waits for more.</summary>
    /// <returns>Bytes that came; 0 when the instance has ended its side.</returns>
    public ValueTask<int> FillAsync()
    {
        MakeRoom();
        return ReceiveAsync(_buffer.AsMemory(_end), isOwn: true);
    }

    /// <summary>Receives what is there, straight into somebody's buffer; only when nothing is left to take.</summary>
    /// <param name="destination">The buffer.</param>
    /// <param name="most">The most that is wanted.</param>
    /// <returns>Bytes received; 0 when the instance has ended its side; -1 when nothing is there now.</returns>
    public int ReceiveNow(Span<byte> destination, long most) => _socket.TryReceive(destination.Length > most ? destination[..(int)most] : destination);

    /// <summary>The same, waiting for it.</summary>
    /// <returns>Bytes received; 0 when the instance has ended its side.</returns>
    public ValueTask<int> ReceiveAsync(Memory<byte> destination) => ReceiveAsync(destination, isOwn: false);

    /// <summary>Takes bytes that were read.</summary>
    public void Take(int count) => _start += count;

    /// <summary>Called by the watch. Whether an exchange is under way.</summary>
    public bool EndIfLate(long now)
    {
        if (!_isBusy) return false;
        if (now >= Deadline) _isLate = true;
        else if (_client?.IsPeerClosed == true) _isAbandoned = true;
        else return true;
        _socket.Shutdown();
        return true;
    }

    /// <summary>Ends it from any thread, because the client has gone.</summary>
    public void Abandon()
    {
        _isAbandoned = true;
        _socket.Shutdown();
    }

    /// <summary>Ends it from any thread; whoever waits on it is woken.</summary>
    public void Cut()
    {
        _isCut = true;
        _socket.Shutdown();
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _watch.Remove(this);
        _socket.Dispose();
        ReturnBuffer();
    }

    int IValueTaskSource<int>.GetResult(short token) => _received.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _received.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _received.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.GetResult(short token) => _sent.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _sent.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _sent.OnCompleted(continuation, state, token, flags);

    private static async ValueTask<UpstreamConnection> OpenAsync(IPEndPoint target, EventLoop loop, DeadlineWatch watch, Action<IPEndPoint>? bound, CancellationToken cancellation)
    {
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var connection = new UpstreamConnection(socket, loop, watch);
        try
        {
            await using var cut = cancellation.UnsafeRegister(static state => ((UpstreamConnection)state!).Cut(), connection);
            if (bound is not null)
            {
                socket.Bind(new IPEndPoint(target.Address, 0));
                bound((IPEndPoint)socket.LocalEndPoint!);
            }

            // The signal a new socket starts with says nothing yet: it is used up before the connect that will make one.
            connection._socket.Output.TryBegin();
            var begun = connection._socket.BeginConnect(target);
            connection._socket.Watch(); // not earlier: a socket that is not even connecting counts as closed
            if (begun == SocketError.InProgress)
            {
                await connection.UntilWritableAsync();
                cancellation.ThrowIfCancellationRequested();
                begun = connection._socket.ConnectResult();
            }

            if (begun != SocketError.Success) throw new SocketException((int)begun);
            connection._socket.Output.Signal();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private async ValueTask SendRestAsync(ReadOnlyMemory<byte> bytes)
    {
        while (true)
        {
            await UntilWritableAsync();
            bytes = bytes[SendNow(bytes.Span)..];
            if (bytes.IsEmpty) return;
        }
    }

    private ValueTask UntilWritableAsync()
    {
        _sent.Reset();
        return _socket.Output.TryArm() ? new ValueTask(this, _sent.Version) : default;
    }

    private void OnWritable() => _sent.SetResult(true);

    private ValueTask<int> ReceiveAsync(Memory<byte> destination, bool isOwn)
    {
        _isOwn = isOwn;
        var read = _socket.TryReceive(destination.Span);
        if (read >= 0) return new ValueTask<int>(Count(read));
        _destination = destination;
        _received.Reset();
        var version = _received.Version;
        if (!_socket.Input.TryArm()) OnReadable();
        return new ValueTask<int>(this, version);
    }

    private bool _isOwn;

    private void OnReadable()
    {
        try
        {
            do
            {
                var read = _socket.TryReceive(_destination.Span);
                if (read < 0) continue;
                _destination = default;
                _received.SetResult(Count(read));
                return;
            }
            while (!_socket.Input.TryArm());
        }
        catch (Exception broken)
        {
            _destination = default;
            _received.SetException(broken);
        }
    }

    private int Count(int read)
    {
        if (_isOwn) _end += read;
        return read;
    }

    private void MakeRoom()
    {
        if (_start == _end)
        {
            _start = _end = 0;
            if (_buffer.Length == 0) _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        }
        else if (_end == _buffer.Length && _start > 0)
        {
            Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
            _end -= _start;
            _start = 0;
        }
        else if (_end == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            Buffer.BlockCopy(_buffer, 0, larger, 0, _end);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
    }

    private void ReturnBuffer()
    {
        var buffer = _buffer;
        _buffer = [];
        _start = _end = 0;
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
    }
}
