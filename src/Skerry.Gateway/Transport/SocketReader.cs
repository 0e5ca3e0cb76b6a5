using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading.Tasks.Sources;

using Microsoft.AspNetCore.Connections;

namespace Skerry.Gateway.Transport;

/// <summary>
/// What arrives on a socket, as Kestrel reads it: straight from the system call, with no pipe, lock or second thread between. A connection that waits holds no buffer.
/// </summary>
internal sealed class SocketReader : PipeReader, IValueTaskSource<ReadResult>
{
    private const int SmallBuffer = 4 * 1024;
    private const int LargeBuffer = 64 * 1024;

    private readonly ClientConnection _connection;
    private ManualResetValueTaskSourceCore<ReadResult> _source;
    private CancellationTokenRegistration _registration;
    private CancellationToken _token;
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private int _nextSize = SmallBuffer;
    private Turn _turn;
    private int _isCancelRequested;
    private volatile bool _isWaiting;
    private bool _isTurnOver;
    private bool _isExamined = true;
    private bool _isEnded;
    private bool _isCompleted;

    public SocketReader(ClientConnection connection) => _connection = connection;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        var isTurnOver = _isTurnOver;
        if (!isTurnOver && TryTake(out var result)) return new ValueTask<ReadResult>(result);
        _isTurnOver = false;
        _source.Reset();
        _token = cancellationToken;
        _isWaiting = true;
        var version = _source.Version;
        if (cancellationToken.CanBeCanceled) _registration = cancellationToken.UnsafeRegister(static state => ((SocketReader)state!)._connection.Socket.Input.Interrupt(), this);
        if (isTurnOver) ThreadPool.UnsafeQueueUserWorkItem(static reader => reader.OnReadable(), this, preferLocal: false);
        else if (!_connection.Socket.Input.TryArm()) OnReadable();
        return new ValueTask<ReadResult>(this, version);
    }

    public override bool TryRead(out ReadResult result) => TryTake(out result);

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _isExamined = examined.GetObject() is null || examined.GetInteger() >= _end;
        if (consumed.GetObject() is not null) _start = consumed.GetInteger();
        if (_start == _end) ReturnBuffer();
    }

    public override void CancelPendingRead()
    {
        Volatile.Write(ref _isCancelRequested, 1);
        _connection.Socket.Input.Interrupt();
    }

    public override void Complete(Exception? exception = null)
    {
        _isCompleted = true;
        // A wait that is still on may be receiving into it: then it is the collector's.
        if (!_isWaiting) ReturnBuffer();
    }

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<ReadResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    /// <summary>Called once for each time it was armed: something has arrived, or somebody wants the wait to end.</summary>
    public void OnReadable()
    {
        try
        {
            do
            {
                _token.ThrowIfCancellationRequested();
                if (!TryTake(out var result)) continue;
                _registration.Dispose();
                _isWaiting = false;
                _source.SetResult(result);
                return;
            }
            while (!_connection.Socket.Input.TryArm());
        }
        catch (Exception broken)
        {
            _registration.Dispose();
            _isWaiting = false;
            _source.SetException(broken);
        }
    }

    /// <summary>A result if there is something to tell: new bytes, the end, or a request to stop waiting.</summary>
    private bool TryTake(out ReadResult result)
    {
        var isCanceled = Volatile.Read(ref _isCancelRequested) != 0 && Interlocked.Exchange(ref _isCancelRequested, 0) != 0;
        // Also when the wait is to end: a request that has come by then is one to answer, not to lose.
        var hasNews = (!_isExamined && _start < _end) || _isEnded || TryFill();
        if (hasNews || isCanceled)
        {
            result = new ReadResult(_start == _end ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(_buffer, _start, _end - _start), isCanceled, _isEnded);
            return true;
        }

        result = default;
        return false;
    }

    private bool TryFill()
    {
        if (_isCompleted) throw new InvalidOperationException("Reading is not allowed after it was completed.");
        MakeRoom();
        var room = _buffer.AsSpan(_end);
        int read;
        try
        {
            read = _connection.Socket.TryReceive(room);
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException)
        {
            ReturnBuffer();
            throw _connection.AbortReason ?? (Exception)new ConnectionResetException(broken.Message, broken);
        }

        if (read < 0)
        {
            if (_start == _end) ReturnBuffer();
            return false;
        }

        if (read == 0 && _connection.AbortReason is { } reason) throw reason;
        _isEnded = read == 0;
        _end += read;
        _isExamined = false;
        _isTurnOver = _turn.IsOverAfter(read);
        // Who sends much gets large reads, also at its next request; who sends little gets small buffers again.
        if (read == room.Length) _nextSize = Math.Min(_nextSize * 4, LargeBuffer);
        else if (read < _nextSize / 4) _nextSize = Math.Max(_nextSize / 4, SmallBuffer);
        return true;
    }

    private void MakeRoom()
    {
        if (_end < _buffer.Length && _start < _end) return;
        if (_start == _end)
        {
            if (_buffer.Length == 0) _buffer = ArrayPool<byte>.Shared.Rent(_nextSize);
            _start = _end = 0;
            return;
        }

        var kept = _end - _start;
        if (_start > 0)
        {
            Buffer.BlockCopy(_buffer, _start, _buffer, 0, kept);
        }
        else
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _nextSize));
            Buffer.BlockCopy(_buffer, 0, larger, 0, kept);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        _start = 0;
        _end = kept;
    }

    private void ReturnBuffer()
    {
        var buffer = _buffer;
        _buffer = [];
        _start = _end = 0;
        _isExamined = true;
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
    }
}
