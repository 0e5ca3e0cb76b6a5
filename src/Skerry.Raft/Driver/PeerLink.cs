using System.Buffers;
using System.Buffers.Binary;

using Microsoft.Extensions.Logging;

using Skerry.Raft.Core;
using Skerry.Raft.Wire;

namespace Skerry.Raft.Driver;

/// <summary>
/// One stream to one member: messages go out in order, all that wait in one write. A stream that breaks is opened again, at most so often; what waited for it is
/// dropped, and the protocol sends anew what still counts. Whatever a stream throws means that it is broken. A frame is its length u32 LE and an envelope.
/// </summary>
internal sealed class PeerLink(string node, RaftStreamKind kind, IRaftTransport transport, TimeProvider time, RaftMetrics metrics, ILogger logger, string group) : IAsyncDisposable
{
    /// <summary>Bytes that may wait: twice what a leader has under way to one peer.</summary>
    private const long MaxWaiting = 32 << 20;

    /// <summary>What goes into one write.</summary>
    private const int MaxWrite = 1 << 20;

    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly Queue<(RaftMessage Message, int Size)> _waiting = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ArrayBufferWriter<byte> _buffer = new(64 << 10);
    private Stream? _stream;
    private Task _pumping = Task.CompletedTask;
    private long _waitingBytes;
    private long _openedAt;
    private long _failedAt;
    private bool _hasFailed;
    private bool _isPumping;
    private bool _isStale;
    private bool _isClosed;

    public string Node => node;

    /// <summary>Puts a message behind the others; <see cref="Pump"/> sends it.</summary>
    public void Add(RaftMessage message, int size)
    {
        lock (_gate)
        {
            if (!_isClosed && _waitingBytes + size <= MaxWaiting)
            {
                _waiting.Enqueue((message, size));
                _waitingBytes += size;
                return;
            }
        }

        metrics.Unsent(1);
    }

    /// <summary>Sends what waits, on the caller's thread as far as the stream takes it at once.</summary>
    public void Pump()
    {
        lock (_gate)
        {
            if (_isPumping || _isClosed || _waiting.Count == 0) return;
            _isPumping = true;
        }

        _pumping = PumpAsync();
    }

    /// <summary>Nothing has come from the member although it was asked: unless the stream is young, the next message opens a new one, since a broken path can take minutes to say so.</summary>
    public void Doubt(TimeSpan youth)
    {
        if (_stream is not null && time.GetElapsedTime(_openedAt) > youth) _isStale = true;
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isClosed) return;
            _isClosed = true;
        }

        await _stopping.CancelAsync();
        await _pumping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await CloseAsync();
        _stopping.Dispose();
    }

    private async Task PumpAsync()
    {
        while (TryFill(out var messages))
        {
            try
            {
                if (_isStale) await CloseAsync();
                if (_stream is null && !await TryOpenAsync())
                {
                    Drop(messages);
                    continue;
                }

                await WriteAsync();
                metrics.Sent(messages, _buffer.WrittenCount);
            }
            catch (Exception broken)
            {
                if (!_stopping.IsCancellationRequested) RaftLog.Unreachable(logger, group, node, broken.Message);
                Failed();
                Drop(messages);
                await CloseAsync();
            }
        }
    }

    /// <summary>Most writes are done when the call returns: no timer is made for those.</summary>
    private async ValueTask WriteAsync()
    {
        var writing = _stream!.WriteAsync(_buffer.WrittenMemory, _stopping.Token);
        if (writing.IsCompletedSuccessfully) return;
        await writing.AsTask().WaitAsync(WriteLimit, time, _stopping.Token);
    }

    private async ValueTask<bool> TryOpenAsync()
    {
        if (_hasFailed && time.GetElapsedTime(_failedAt) < RetryPause) return false;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        limit.CancelAfter(ConnectLimit);
        try
        {
            _stream = await transport.ConnectAsync(node, kind, limit.Token);
            _openedAt = time.GetTimestamp();
            _hasFailed = false;
            return true;
        }
        catch (Exception unreachable)
        {
            RaftLog.Unreachable(logger, group, node, unreachable.Message);
            Failed();
            return false;
        }
    }

    private void Failed()
    {
        _hasFailed = true;
        _failedAt = time.GetTimestamp();
    }

    private bool TryFill(out int messages)
    {
        _buffer.ResetWrittenCount();
        messages = 0;
        while (_buffer.WrittenCount < MaxWrite)
        {
            RaftMessage message;
            lock (_gate)
            {
                if (_waiting.Count == 0 || _isClosed)
                {
                    if (messages == 0) _isPumping = false;
                    break;
                }

                (message, var size) = _waiting.Dequeue();
                _waitingBytes -= size;
            }

            Frame(message);
            messages++;
        }

        return messages > 0;
    }

    private void Frame(RaftMessage message) =>
        RaftCodec.Write(message, _buffer, sizeof(int), static (head, length) => BinaryPrimitives.WriteInt32LittleEndian(head, length));

    private void Drop(int written)
    {
        int waiting;
        lock (_gate)
        {
            waiting = _waiting.Count;
            _waiting.Clear();
            _waitingBytes = 0;
        }

        metrics.Unsent(written + waiting);
    }

    private async ValueTask CloseAsync()
    {
        var stream = _stream;
        (_stream, _isStale) = (null, false);
        if (stream is null) return;
        try
        {
            await stream.DisposeAsync();
        }
        catch (Exception broken)
        {
            RaftLog.Unreachable(logger, group, node, broken.Message);
        }
    }
}
