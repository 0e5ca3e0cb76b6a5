using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace Skerry.Gateway.Transport;

/// <summary>What Kestrel writes, straight to the system call. A flush is over when the system has taken all of it: that is the back-pressure.</summary>
internal sealed class SocketWriter : PipeWriter, IValueTaskSource<FlushResult>
{
    private const int Minimum = 4 * 1024;

    private readonly ClientConnection _connection;
    private ManualResetValueTaskSourceCore<FlushResult> _source;
    private CancellationTokenRegistration _registration;
    private CancellationToken _token;
    private byte[] _buffer = [];
    private int _sent;
    private int _length;
    private int _isCancelRequested;
    private volatile bool _isWaiting;
    private volatile TaskCompletionSource? _settled;
    private bool _isCompleted;

    public SocketWriter(ClientConnection connection) => _connection = connection;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _length - _sent;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _buffer.AsMemory(_length);
    }

    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _buffer.AsSpan(_length);
    }

    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bytes, (uint)(_buffer.Length - _length), nameof(bytes));
        _length += bytes;
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        if (TrySend(out var result)) return new ValueTask<FlushResult>(result);
        _source.Reset();
        _token = cancellationToken;
        _isWaiting = true;
        var version = _source.Version;
        if (cancellationToken.CanBeCanceled) _registration = cancellationToken.UnsafeRegister(static state => ((SocketWriter)state!)._connection.Socket.Output.Interrupt(), this);
        if (!_connection.Socket.Output.TryArm()) OnWritable();
        return new ValueTask<FlushResult>(this, version);
    }

    public override void CancelPendingFlush()
    {
        Volatile.Write(ref _isCancelRequested, 1);
        _connection.Socket.Output.Interrupt();
    }

    public override void Complete(Exception? exception = null) => _isCompleted = true;

    /// <summary>Sends what was written and not yet taken by the system, also what is left of a flush nobody waits for: Kestrel ends a connection without asking.</summary>
    public async ValueTask DrainAsync()
    {
        _isCompleted = true;
        var settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _settled = settled;
        Interlocked.MemoryBarrier();
        if (!_isWaiting) settled.TrySetResult();
        await settled.Task;
        while (_sent < _length)
        {
            if (await FlushAsync() is { IsCompleted: true }) return;
        }
    }

    FlushResult IValueTaskSource<FlushResult>.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<FlushResult>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<FlushResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    /// <summary>Called once for each time it was armed: there is room again, or somebody wants the wait to end.</summary>
    public void OnWritable()
    {
        try
        {
            do
            {
                _token.ThrowIfCancellationRequested();
                if (!TrySend(out var result)) continue;
                _registration.Dispose();
                _isWaiting = false;
                _source.SetResult(result);
                Settle();
                return;
            }
            while (!_connection.Socket.Output.TryArm());
        }
        catch (Exception broken)
        {
            _registration.Dispose();
            _isWaiting = false;
            _source.SetException(broken);
            Settle();
        }
    }

    /// <summary>After whoever waited has gone on, which may be to the next flush.</summary>
    private void Settle()
    {
        Interlocked.MemoryBarrier();
        if (!_isWaiting) _settled?.TrySetResult();
    }

    /// <summary>A result if the flush is over: all sent, nobody left to send to, or a request to stop waiting.</summary>
    private bool TrySend(out FlushResult result)
    {
        var isGone = false;
        while (_sent < _length)
        {
            int sent;
            try
            {
                sent = _connection.Socket.TrySend(_buffer.AsSpan(_sent, _length - _sent));
            }
            catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
            {
                // A pipe whose reader has ended takes everything and says so.
                isGone = true;
                break;
            }

            if (sent < 0)
            {
                var isCanceled = Volatile.Read(ref _isCancelRequested) != 0 && Interlocked.Exchange(ref _isCancelRequested, 0) != 0;
                result = new FlushResult(isCanceled, isCompleted: false);
                return isCanceled;
            }

            _sent += sent;
        }

        ReturnBuffer();
        var wasCanceled = Volatile.Read(ref _isCancelRequested) != 0 && Interlocked.Exchange(ref _isCancelRequested, 0) != 0;
        result = new FlushResult(wasCanceled, isGone || _connection.AbortReason is not null);
        return true;
    }

    private void Reserve(int count)
    {
        if (_isCompleted) throw new InvalidOperationException("Writing is not allowed after it was completed.");
        if (_buffer.Length - _length >= count) return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_length - _sent + count, Minimum));
        Buffer.BlockCopy(_buffer, _sent, larger, 0, _length - _sent);
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
        _length -= _sent;
        _sent = 0;
    }

    private void ReturnBuffer()
    {
        var buffer = _buffer;
        _buffer = [];
        _sent = _length = 0;
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
    }
}
