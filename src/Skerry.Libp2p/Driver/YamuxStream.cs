using System.Runtime.CompilerServices;

using Skerry.Primitives;

namespace Skerry.Libp2p.Driver;

/// <summary>One stream of a <see cref="YamuxSession"/>.</summary>
internal sealed class YamuxStream : Libp2pStream
{
    private readonly YamuxSession _session;
    private readonly ReceiveQueue _received;
    private readonly Lock _gate = new();
    private TaskCompletionSource? _credit;
    private Exception? _broken;
    private bool _hasEndedWriting;
    private bool _isComplete;
    private bool _isAbandoned;
    private byte[]? _answer;
    private int _answered;
    private int _answerDue;

    public YamuxStream(YamuxSession session, uint id, bool isIncoming, PeerAccount account)
    {
        _session = session;
        _received = new ReceiveQueue(account);
        Id = id;
        IsIncoming = isIncoming;
    }

    public uint Id { get; }

    /// <summary>Whether the peer opened it.</summary>
    public bool IsIncoming { get; }

    /// <summary>When it was opened.</summary>
    public Instant ProposedAt { get; init; }

    /// <summary>Whether the peer has not said yet that it speaks what was proposed.</summary>
    public bool IsAnswerDue
    {
        get { lock (_gate) return _answerDue > 0; }
    }

    public override PeerId Peer => _session.Peer;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_answer is not null) await HearAnswerAsync(_answer, cancellationToken).ConfigureAwait(false);
        var count = await _received.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (count > 0) _session.OnConsumed(Id, count);
        return count;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            if (_broken is { } broken) throw new Libp2pException($"The stream is over: {broken.Message}", broken);
            if (_hasEndedWriting) throw new InvalidOperationException("Writing on this stream has ended.");
            await _session.UntilRoomAsync(cancellationToken).ConfigureAwait(false);
            var sent = _session.TrySend(Id, buffer.Span, out var isFull);
            if (sent == 0 && !isFull)
            {
                var credit = ArmCredit();
                // Asked again: credit that came before it was waited for has told nobody.
                sent = _session.TrySend(Id, buffer.Span, out isFull);
                if (sent == 0 && !isFull) await credit.WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            buffer = buffer[sent..];
        }
    }

    public override ValueTask EndWritingAsync(CancellationToken cancel = default)
    {
        if (_hasEndedWriting) return ValueTask.CompletedTask;
        _hasEndedWriting = true;
        if (_broken is null) _session.End(Id);
        return ValueTask.CompletedTask;
    }

    public override void Abort()
    {
        _session.Reset(Id);
        var cause = new Libp2pException("The stream was broken off here.");
        Break(cause);
        _received.Close(cause);
    }

    /// <summary>The peer is told a protocol that it is known to speak: its answer, the same words, comes before all else that is read.</summary>
    public void Expect(byte[] answer) => (_answer, _answerDue) = (answer, answer.Length);

    /// <summary>More may be sent.</summary>
    public void OnCredit()
    {
        lock (_gate) _credit?.TrySetResult();
    }

    /// <summary>Data has arrived.</summary>
    /// <returns>False when nobody is there to read it, or there is no room for it: the stream should be broken off.</returns>
    public bool OnData(ReadOnlySpan<byte> data)
    {
        lock (_gate)
        {
            var isAnswer = data.Length <= _answerDue;
            _answerDue = Math.Max(0, _answerDue - data.Length);
            if (_isAbandoned) return isAnswer;
        }

        return _received.TryWrite(data);
    }

    /// <summary>No more data comes at once.</summary>
    public void Settle() => _received.Settle();

    /// <summary>The other side has ended its direction.</summary>
    public void OnEnded()
    {
        _received.Complete(broken: null);
        lock (_gate)
        {
            _isComplete = true;
            if (!_isAbandoned) return;
        }

        _session.Forget(Id);
    }

    /// <summary>The stream can carry nothing more either way.</summary>
    public void Break(Exception cause)
    {
        lock (_gate)
        {
            _broken ??= cause;
            _credit?.TrySetResult();
            _isComplete = true;
        }

        _received.Complete(cause);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) LetGo();
        base.Dispose(disposing);
    }

    /// <summary>Who has said all and wants to hear no more waits for no end of the other side, but breaks off what it still says.</summary>
    private void LetGo()
    {
        var (isOver, isCut) = (false, false);
        lock (_gate)
        {
            isOver = _hasEndedWriting && _isComplete;
            isCut = !_hasEndedWriting && _broken is null;
            if (_hasEndedWriting) _isAbandoned = true;
        }

        if (isOver) _session.Forget(Id);
        else if (isCut) Abort();
        _received.Close(new ObjectDisposedException(nameof(Libp2pStream), "The stream was closed here."));
    }

    /// <summary>Reads past the peer's yes. A read that is given up in the middle goes on with the next.</summary>
    private async ValueTask HearAnswerAsync(byte[] answer, CancellationToken cancel)
    {
        _session.Flush();
        var piece = new byte[answer.Length];
        while (_answered < answer.Length)
        {
            var count = 0;
            try
            {
                count = await _received.ReadAsync(piece.AsMemory(_answered), cancel).ConfigureAwait(false);
            }
            catch (Libp2pException broken) when (_session.Failure is null)
            {
                throw new Libp2pException($"No protocol was agreed on: {Peer} does not speak {Protocol} any more, or broke the stream off.", broken);
            }

            if (count == 0 || !piece.AsSpan(_answered, count).SequenceEqual(answer.AsSpan(_answered, count)))
            {
                Abort();
                throw new Libp2pException($"No protocol was agreed on: {Peer} does not speak {Protocol} any more.");
            }

            _answered += count;
        }

        _answer = null;
        _session.OnConsumed(Id, answer.Length);
    }

    /// <summary>What is done when credit comes after this call.</summary>
    private Task ArmCredit()
    {
        lock (_gate)
        {
            if (_credit is null || _credit.Task.IsCompleted) _credit = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_broken is not null) _credit.TrySetResult();
            return _credit.Task;
        }
    }
}
