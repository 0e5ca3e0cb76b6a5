using System.Threading.Tasks.Sources;

namespace Skerry.Libp2p.Driver;

/// <summary>
/// What has arrived on a stream and is not read yet. A reader that waits gets bytes straight into its own buffer; what nobody waits for stands in rented ones,
/// which are given back as they are read. One reader at a time.
/// </summary>
/// <param name="account">Whose buffers it uses.</param>
internal sealed class ReceiveQueue(PeerAccount account) : IValueTaskSource<int>
{
    private const int MinBuffer = 1 << 10;
    private const int MaxBuffer = 64 << 10;

    private readonly Lock _gate = new();
    private readonly Queue<(byte[] Bytes, int Length)> _full = new();
    private ManualResetValueTaskSourceCore<int> _read = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _cancelling;
    private Memory<byte> _wanted;
    private byte[]? _last;
    private int _lastLength;
    private int _start;
    private int _filled;
    private bool _isWaiting;
    private bool _isComplete;
    private Exception? _broken;

    /// <summary>Reads what is there, or waits for it; an empty buffer waits and reads nothing.</summary>
    /// <returns>Bytes read; 0 at the end.</returns>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (TryRead(buffer.Span, out var read)) return read;
        }

        // Not under the lock: a token that is cancelled already calls back at once.
        var cancelling = cancel.UnsafeRegister(static (queue, token) => ((ReceiveQueue)queue!).Cancel(token), this);
        ValueTask<int> result;
        lock (_gate)
        {
            if (!TryRead(buffer.Span, out result))
            {
                if (!cancel.IsCancellationRequested)
                {
                    _read.Reset();
                    (_isWaiting, _wanted, _cancelling) = (true, buffer, cancelling);
                    return new ValueTask<int>(this, _read.Version);
                }

                result = ValueTask.FromCanceled<int>(cancel);
            }
        }

        cancelling.Dispose();
        return result;
    }

    /// <summary>Bytes have arrived. A reader with room left is told of them by <see cref="Settle"/>: more may come at once.</summary>
    /// <returns>False when there is no room for them.</returns>
    public bool TryWrite(ReadOnlySpan<byte> data)
    {
        var (count, isKept) = (0, true);
        lock (_gate)
        {
            if (_isComplete) return true;
            if (!_isWaiting) return TryKeep(data);
            count = Math.Min(data.Length, _wanted.Length - _filled);
            data[..count].CopyTo(_wanted.Span[_filled..]);
            _filled += count;
            if (_filled < _wanted.Length) return true;
            isKept = TryKeep(data[count..]);
            count = StopWaiting();
        }

        _read.SetResult(count);
        return isKept;
    }

    /// <summary>Nothing more comes at once: a reader that got something is told.</summary>
    public void Settle()
    {
        int count;
        lock (_gate)
        {
            if (!_isWaiting || _filled == 0) return;
            count = StopWaiting();
        }

        _read.SetResult(count);
    }

    /// <summary>Nothing more arrives. What is there can still be read, unless the stream has broken before its end.</summary>
    public void Complete(Exception? broken)
    {
        int count;
        lock (_gate)
        {
            if (_isComplete) return;
            _isComplete = true;
            _broken = broken;
            if (broken is not null) Drop();
            if (!_isWaiting) return;
            count = StopWaiting();
        }

        if (broken is null || count > 0) _read.SetResult(count);
        else _read.SetException(broken);
    }

    /// <summary>Nobody reads any more.</summary>
    public void Close(Exception why)
    {
        Complete(why);
        lock (_gate)
        {
            _broken ??= why;
            Drop();
        }
    }

    /// <inheritdoc/>
    public int GetResult(short token)
    {
        _cancelling.Dispose();
        return _read.GetResult(token);
    }

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token) => _read.GetStatus(token);

    /// <inheritdoc/>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _read.OnCompleted(continuation, state, token, flags);

    private bool TryRead(Span<byte> buffer, out ValueTask<int> read)
    {
        if (_isWaiting) throw new InvalidOperationException("Somebody else is reading this stream.");
        read = _broken is not null ? ValueTask.FromException<int>(_broken) : default;
        if (_broken is not null || (_last is null && _isComplete)) return true;
        if (_last is null) return false;
        read = new ValueTask<int>(Take(buffer));
        return true;
    }

    /// <summary>Copies out what fits, and gives back what is empty.</summary>
    private int Take(Span<byte> buffer)
    {
        var taken = 0;
        while (taken < buffer.Length && _last is not null)
        {
            var isLast = !_full.TryPeek(out var first);
            if (isLast) first = (_last, _lastLength);
            var count = Math.Min(buffer.Length - taken, first.Length - _start);
            first.Bytes.AsSpan(_start, count).CopyTo(buffer[taken..]);
            taken += count;
            _start += count;
            if (_start < first.Length) break;
            _start = 0;
            account.Return(first.Bytes);
            if (isLast) _last = null;
            else _full.Dequeue();
        }

        return taken;
    }

    private bool TryKeep(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            if (_last is null || _lastLength == _last.Length)
            {
                // A few bytes take little room; a stream of them, few buffers.
                if (account.TryRent(Math.Clamp(Math.Max(data.Length, 2 * _lastLength), MinBuffer, MaxBuffer)) is not { } buffer) return false;
                if (_last is not null) _full.Enqueue((_last, _lastLength));
                (_last, _lastLength) = (buffer, 0);
            }

            var count = Math.Min(data.Length, _last.Length - _lastLength);
            data[..count].CopyTo(_last.AsSpan(_lastLength));
            _lastLength += count;
            data = data[count..];
        }

        return true;
    }

    private void Drop()
    {
        while (_full.TryDequeue(out var full)) account.Return(full.Bytes);
        if (_last is not null) account.Return(_last);
        (_last, _start) = (null, 0);
    }

    /// <returns>What the reader has got so far.</returns>
    private int StopWaiting()
    {
        var count = _filled;
        (_isWaiting, _wanted, _filled) = (false, default, 0);
        return count;
    }

    private void Cancel(CancellationToken token)
    {
        int count;
        lock (_gate)
        {
            if (!_isWaiting) return;
            count = StopWaiting();
        }

        // What it has got already is not lost.
        if (count > 0) _read.SetResult(count);
        else _read.SetException(new OperationCanceledException(token));
    }
}
