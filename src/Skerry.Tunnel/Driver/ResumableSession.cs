using System.Buffers.Binary;

using Skerry.Libp2p;
using Skerry.Tunnel.Core.Session;

namespace Skerry.Tunnel.Driver;

/// <summary>Runs a <see cref="SessionCore"/> over one path after another.</summary>
/// <param name="id">Which session.</param>
/// <param name="node">Who is at the other end.</param>
/// <param name="target">What it is for.</param>
/// <param name="limits">Bounds.</param>
/// <param name="account">What it holds, until it is over.</param>
/// <param name="meter">Counts bytes.</param>
internal sealed class ResumableSession(Guid id, string node, SessionTarget target, SessionLimits limits, SessionAccount account, TunnelMetrics meter) : SessionStream
{
    private readonly SessionCore _core = new(limits with { FirstWindow = account.Window }, () => account.Room);
    private readonly Lock _gate = new();
    private readonly UnreadBytes _unread = new();
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Attachment? _attachment;
    private TaskCompletionSource? _room;
    private TaskCompletionSource? _resetSaid;
    private TunnelException? _failure;
    private int _paths;
    private uint _attempt;
    private bool _isPumping;
    private bool _isDisposed;

    /// <summary>Told when the path is lost and the session goes on without one.</summary>
    public Action<ResumableSession>? Lost { get; init; }

    /// <summary>The trace it was opened in; null: none.</summary>
    public SessionTrace? Trace { get; init; }

    public Guid Id => id;

    /// <summary>How far the other direction may go.</summary>
    public ulong Limit
    {
        get { lock (_gate) return _core.Limit; }
    }

    public override string Node => node;

    public override SessionTarget Target => target;

    public override PathKind Path => _attachment?.Kind ?? PathKind.None;

    /// <summary>Ends when the session is over, in good order or not.</summary>
    public Task Over => _over.Task;

    /// <summary>The path it rides; null while it has none.</summary>
    public Attachment? Current => _attachment;

    /// <summary>How many paths it has ridden.</summary>
    public int Paths => Volatile.Read(ref _paths);

    /// <summary>Numbers the next question for a path, on the side that asks.</summary>
    public uint NextAttempt() => Interlocked.Increment(ref _attempt);

    /// <summary>Whether a question for a path is newer than those before; one that was held up on a dead path must not take the session back there.</summary>
    public bool IsNewer(uint attempt)
    {
        lock (_gate)
        {
            if (attempt <= _attempt) return false;
            _attempt = attempt;
            return true;
        }
    }

    /// <summary>Leaves the path it rides, so that what has come does not move while the other side is told of it.</summary>
    /// <returns>How far the other direction has come, and how far it may go.</returns>
    public (ulong Received, ulong Limit) Detach()
    {
        lock (_gate)
        {
            _attachment?.Break();
            _attachment = null;
            return (_core.Received, _core.Limit);
        }
    }

    /// <summary>Whether the other side can have come so far.</summary>
    public bool MayAttach(ulong received)
    {
        lock (_gate) return _core.MayAttach(received);
    }

    /// <summary>Goes on over a path.</summary>
    /// <param name="attachment">The path.</param>
    /// <param name="received">How far this direction has come, as the other side says.</param>
    /// <param name="limit">How far it may go.</param>
    /// <returns>False when the session is over, or the other side says what cannot be.</returns>
    public bool TryAttach(Attachment attachment, ulong received, ulong limit)
    {
        lock (_gate)
        {
            if (_over.Task.IsCompleted) return false;
            if (!_core.Attach(received, limit)) return false;
            account.Set(_core.Memory);
            _attachment?.Break();
            _attachment = attachment;
            _paths++;
            MakeRoom();
        }

        // Whoever pumped for the path before sees at its next frame that it is gone.
        _ = PumpAsync();
        _ = ReceiveAsync(attachment);
        return true;
    }

    /// <summary>Ends it with an error that both its reader and its writer see.</summary>
    public void Fail(string message)
    {
        lock (_gate)
        {
            if (_over.Task.IsCompleted) return;
            _failure = new TunnelException(message);
            _unread.Complete(_failure);
            Finish();
            _attachment?.Break();
            _attachment = null;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await _unread.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (count > 0)
        {
            lock (_gate)
            {
                _core.Consumed(count);
                account.Set(_core.Memory);
            }

            _ = PumpAsync();
        }

        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            int taken;
            Task room = Task.CompletedTask;
            lock (_gate)
            {
                if (_failure is { } failure) throw new TunnelException(failure.Message, failure);
                if (_core.IsEndWritten) throw new InvalidOperationException("Writing on this session has ended.");
                taken = _core.Write(buffer.Span);
                account.Set(_core.Memory);
                if (taken == 0) room = (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            buffer = buffer[taken..];
            if (taken > 0) await PumpAsync().ConfigureAwait(false);
            else await room.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public override async ValueTask EndWritingAsync(CancellationToken cancel = default)
    {
        lock (_gate) _core.End();
        await PumpAsync().ConfigureAwait(false);
    }

    public override void Abort()
    {
        Attachment? attachment;
        lock (_gate)
        {
            if (_over.Task.IsCompleted) return;
            _failure = new TunnelException("The session was broken off here.");
            _core.Reset();
            _unread.Complete(_failure);
            attachment = _attachment;
            _resetSaid = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Finish();
        }

        if (attachment is not null) _ = SayResetAsync(attachment, _resetSaid.Task);
    }

    protected override void Dispose(bool disposing)
    {
        if (_isDisposed) return;
        _isDisposed = true;
        bool hasEnded;
        lock (_gate) hasEnded = _core.IsEndWritten && _core.HasTheirEnd;
        // In good order it lives on until the other side has said that it has all.
        if (!hasEnded) Abort();
        base.Dispose(disposing);
    }

    /// <summary>Who does not hear that it was broken off takes its path for dead, and waits for the next as long as it may.</summary>
    private async Task SayResetAsync(Attachment attachment, Task said)
    {
        // Somebody else may be sending, and sends this next.
        _ = PumpAsync();
        await said.WaitAsync(Attachment.Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await attachment.CloseWhenReadAsync().ConfigureAwait(false);
    }

    /// <summary>Sends what there is to send, one caller at a time; the others leave it to that one.</summary>
    private async Task PumpAsync()
    {
        Attachment? attachment;
        lock (_gate)
        {
            if (_isPumping || _attachment is null) return;
            _isPumping = true;
        }

        var frame = account.Budget.Rent(SessionCore.HeaderLength + SessionCore.MaxPayload);
        try
        {
            while (true)
            {
                int length;
                lock (_gate)
                {
                    attachment = _attachment;
                    length = attachment is null || (_over.Task.IsCompleted && _failure is null) ? 0 : _core.TakeFrame(frame);
                    if (length == 0)
                    {
                        _isPumping = false;
                        _resetSaid?.TrySetResult();
                        if (attachment is not null && _core.IsFinished) _ = CloseAsync(attachment);
                        return;
                    }
                }

                try
                {
                    await attachment!.Stream.WriteAsync(frame.AsMemory(0, length)).ConfigureAwait(false);
                    meter.Sent(target.Service, attachment.Kind, length - SessionCore.HeaderLength);
                }
                catch (Exception failed) when (failed is IOException or Libp2pException or ObjectDisposedException)
                {
                    Lose(attachment!);
                }
            }
        }
        finally
        {
            account.Budget.Return(frame);
        }
    }

    private async Task ReceiveAsync(Attachment attachment)
    {
        await Task.Yield();
        var header = new byte[SessionCore.HeaderLength];
        try
        {
            while (await attachment.Stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false).ConfigureAwait(false) == header.Length)
            {
                var length = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1));
                var isData = (FrameType)header[0] == FrameType.Data;
                if (length < 0 || length > (isData ? SessionCore.MaxPayload : SessionCore.AckLength)) throw new TunnelException("it sends what is no frame");
                if (isData) await TakeDataAsync(attachment, length).ConfigureAwait(false);
                else if (!await TakeSignAsync(attachment, (FrameType)header[0], length).ConfigureAwait(false)) return;
            }

            Lose(attachment);
        }
        catch (TunnelException wrong)
        {
            Fail($"{node} does not keep to the protocol: {wrong.Message}");
        }
        catch (Exception failed) when (failed is IOException or Libp2pException or ObjectDisposedException)
        {
            Lose(attachment);
        }
        finally
        {
            attachment.SetRead();
        }
    }

    private async ValueTask TakeDataAsync(Attachment attachment, int length)
    {
        lock (_gate)
        {
            if (Rides(attachment) && !_core.MayReceive(length)) throw new TunnelException("it sends more than it may");
        }

        var buffer = account.Budget.Rent(length);
        try
        {
            await attachment.Stream.ReadExactlyAsync(buffer.AsMemory(0, length)).ConfigureAwait(false);
            lock (_gate)
            {
                // What comes over a path that was left will come again over the new one.
                if (!Rides(attachment)) return;
                _core.OnData(length);
                _unread.Add(buffer.AsSpan(0, length));
            }
        }
        finally
        {
            account.Budget.Return(buffer);
        }

        meter.Received(target.Service, attachment.Kind, length);
        // Reading never waits for writing: two ends that both write much would stand still.
        _ = PumpAsync();
    }

    /// <returns>False when nothing more is to come.</returns>
    private async ValueTask<bool> TakeSignAsync(Attachment attachment, FrameType type, int length)
    {
        var payload = new byte[length];
        await attachment.Stream.ReadExactlyAsync(payload).ConfigureAwait(false);
        lock (_gate)
        {
            // When it is over, what still comes is read past: until the other side has heard so.
            if (!Rides(attachment)) return _over.Task.IsCompleted;
            switch (type)
            {
                case FrameType.Ack:
                    if (!_core.OnAck(payload)) throw new TunnelException("it acknowledges what was not sent");
                    account.Set(_core.Memory);
                    if (_core.Unacknowledged < limits.MaxReplay) MakeRoom();
                    break;
                case FrameType.End:
                    _core.OnEnd();
                    _unread.Complete(null);
                    break;
                case FrameType.Reset:
                    _failure ??= new TunnelException($"{node} broke the session off.");
                    _unread.Complete(_failure);
                    Finish();
                    _attachment = null;
                    attachment.Break();
                    return false;
                default:
                    throw new TunnelException("it sends a frame of an unknown type");
            }
        }

        _ = PumpAsync();
        return true;
    }

    /// <summary>The path is dead: what was under way on it is sent again over the next.</summary>
    private void Lose(Attachment attachment)
    {
        lock (_gate)
        {
            attachment.Break();
            if (_attachment != attachment) return;
            _attachment = null;
            if (_over.Task.IsCompleted) return;
            if (_core.IsFinished)
            {
                Finish();
                return;
            }
        }

        Lost?.Invoke(this);
    }

    private async Task CloseAsync(Attachment attachment)
    {
        lock (_gate)
        {
            if (_over.Task.IsCompleted) return;
            Finish();
        }

        await attachment.CloseAsync().ConfigureAwait(false);
    }

    /// <summary>Under the lock, as all that follows.</summary>
    private bool Rides(Attachment attachment) => _attachment == attachment && !_over.Task.IsCompleted;

    private void MakeRoom()
    {
        _room?.TrySetResult();
        _room = null;
    }

    private void Finish()
    {
        _core.Release();
        account.Close();
        MakeRoom();
        _over.TrySetResult();
    }
}
