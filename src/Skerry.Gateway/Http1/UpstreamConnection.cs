using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Skerry.Gateway.Http1;

/// <summary>
/// One HTTP/1.1 connection to an instance: bytes and deadlines, one exchange at a time. Deadlines cost no timer each: a watch looks at all connections a few
/// times a second and closes those that are late, which ends whatever waits on them.
/// </summary>
internal sealed class UpstreamConnection : IDisposable
{
    private const int BufferSize = 16 * 1024;

    private readonly Socket _socket;
    private readonly DeadlineWatch _watch;
    private readonly List<ArraySegment<byte>> _gathered = [];
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private int _start;
    private int _end;
    private long _deadline = long.MaxValue;
    private int _closed;
    private volatile bool _isLate;

    private UpstreamConnection(Socket socket, DeadlineWatch watch)
    {
        _socket = socket;
        _watch = watch;
        watch.Add(this);
    }

    /// <summary>What has arrived and was not taken yet.</summary>
    public ReadOnlySpan<byte> Received => _buffer.AsSpan(_start, _end - _start);

    public ReadOnlyMemory<byte> ReceivedMemory => _buffer.AsMemory(_start, _end - _start);

    /// <summary>Whether a deadline has closed it.</summary>
    public bool IsLate => _isLate;

    /// <summary>When it was put back, in the watch's time.</summary>
    public long IdleSince { get; set; }

    public ResponseParser Parser { get; } = new();

    /// <summary>The watch's time at which it is closed; <see cref="long.MaxValue"/>: never.</summary>
    public long Deadline
    {
        get => Volatile.Read(ref _deadline);
        set => Volatile.Write(ref _deadline, value);
    }

    public static async ValueTask<UpstreamConnection> OpenAsync(EndPoint target, DeadlineWatch watch, TimeSpan timeout, CancellationToken cancellation)
    {
        var socket = target is IPEndPoint ip ? new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp) : new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            socket.NoDelay = true;
            await socket.ConnectAsync(target, limit.Token);
            return new UpstreamConnection(socket, watch);
        }
        catch (Exception refused)
        {
            socket.Dispose();
            cancellation.ThrowIfCancellationRequested();
            throw refused switch
            {
                OperationCanceledException => new UpstreamException(UpstreamFailure.ConnectTimeout, $"no connection within {timeout.TotalSeconds:0.###} s"),
                SocketException => new UpstreamException(UpstreamFailure.Connect, refused.Message, refused),
                _ => refused,
            };
        }
    }

    /// <summary>Whether the instance has closed it, or has said something nobody asked for, since it was last used.</summary>
    public bool IsStale() => _end != _start || _socket.Poll(0, SelectMode.SelectRead);

    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0) bytes = bytes[await _socket.SendAsync(bytes)..];
    }

    public async ValueTask SendAsync(ReadOnlySequence<byte> bytes)
    {
        if (bytes.IsSingleSegment)
        {
            await SendAsync(bytes.First);
            return;
        }

        // One call for all segments; what a full socket leaves over goes one by one.
        _gathered.Clear();
        foreach (var segment in bytes)
        {
            if (MemoryMarshal.TryGetArray(segment, out var array)) _gathered.Add(array);
        }

        long sent = await _socket.SendAsync(_gathered, SocketFlags.None);
        if (sent == bytes.Length) return;
        foreach (var segment in bytes.Slice(sent)) await SendAsync(segment);
    }

    /// <summary>Waits for more; false when the instance has ended its side.</summary>
    public async ValueTask<bool> FillAsync()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_end == _buffer.Length)
        {
            MakeRoom();
        }

        var read = await _socket.ReceiveAsync(_buffer.AsMemory(_end));
        _end += read;
        return read > 0;
    }

    /// <summary>Receives straight into somebody's buffer; only when nothing is left to take.</summary>
    public ValueTask<int> ReceiveAsync(Memory<byte> destination) => _socket.ReceiveAsync(destination);

    /// <summary>Takes bytes that were read.</summary>
    public void Take(int count) => _start += count;

    /// <summary>Called by the watch.</summary>
    public void CloseIfLate(long now)
    {
        if (now < Deadline) return;
        _isLate = true;
        Close();
    }

    /// <summary>Ends it from any thread; the one who uses it gets an error and disposes it.</summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0) _socket.Dispose();
    }

    public void Dispose()
    {
        Close();
        _watch.Remove(this);
        var buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
    }

    private void MakeRoom()
    {
        if (_start > 0)
        {
            Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
        }
        else
        {
            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            Buffer.BlockCopy(_buffer, 0, larger, 0, _end);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        _end -= _start;
        _start = 0;
    }
}
