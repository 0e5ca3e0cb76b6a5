using System.Buffers;
using System.IO.Pipelines;

namespace Skerry.Libp2p.Driver;

/// <summary>One stream of a <see cref="YamuxSession"/>.</summary>
internal sealed class YamuxStream : Libp2pStream
{
    /// <summary>The longest data frame, bytes: with its header, encrypted, it is one of Noise's messages.</summary>
    private const int MaxFrame = 65535 - 16 - 12;

    private readonly YamuxSession _session;

    // What waits here is bounded by the window the other side was given, so nothing has to pause.
    private readonly Pipe _received = new(new PipeOptions(pauseWriterThreshold: 0, resumeWriterThreshold: 0, minimumSegmentSize: 16 << 10, useSynchronizationContext: false));
    private readonly Lock _gate = new();
    private TaskCompletionSource? _credit;
    private Exception? _broken;
    private bool _hasEndedWriting;
    private bool _hasReadAll;
    private bool _isComplete;
    private bool _isAbandoned;

    public YamuxStream(YamuxSession session, uint id)
    {
        _session = session;
        Id = id;
    }

    public uint Id { get; }

    public override PeerId Peer => _session.Peer;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_hasReadAll || buffer.IsEmpty) return 0;
        var result = await _received.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var count = (int)Math.Min(buffer.Length, result.Buffer.Length);
        result.Buffer.Slice(0, count).CopyTo(buffer.Span);
        _received.Reader.AdvanceTo(result.Buffer.GetPosition(count));
        if (count == 0 && result.IsCompleted) _hasReadAll = true;
        if (count > 0) _session.OnConsumed(Id, count);
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            if (_broken is { } broken) throw new Libp2pException($"The stream is over: {broken.Message}", broken);
            if (_hasEndedWriting) throw new InvalidOperationException("Writing on this stream has ended.");
            await _session.UntilRoomAsync(cancellationToken).ConfigureAwait(false);
            var credit = ArmCredit();
            var sent = _session.TrySend(Id, buffer.Span[..Math.Min(buffer.Length, MaxFrame)], out var isFull);
            if (sent == 0 && !isFull) await credit.WaitAsync(cancellationToken).ConfigureAwait(false);
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
        Break(new Libp2pException("The stream was broken off here."));
    }

    /// <summary>More may be sent.</summary>
    public void OnCredit()
    {
        lock (_gate) _credit?.TrySetResult();
    }

    /// <summary>Data has arrived.</summary>
    /// <returns>False when nobody is there to read it: the stream should be broken off.</returns>
    public bool OnData(in ReadOnlySequence<byte> data)
    {
        lock (_gate)
        {
            if (_isAbandoned) return false;
            if (_isComplete) return true;
            foreach (var piece in data) _received.Writer.Write(piece.Span);
            // Nobody pauses this pipe, so that it is done at once: it holds no more than its window.
            var flush = _received.Writer.FlushAsync();
            return flush.IsCompletedSuccessfully;
        }
    }

    /// <summary>The other side has ended its direction.</summary>
    public void OnEnded()
    {
        lock (_gate)
        {
            if (!_isComplete) _received.Writer.Complete();
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
            if (!_isComplete) _received.Writer.Complete(cause);
            _isComplete = true;
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Streams between peers are asynchronous.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Streams between peers are asynchronous.");

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && _broken is null) LetGo();
        base.Dispose(disposing);
    }

    /// <summary>Who has said all and wants to hear no more waits for no end of the other side, but breaks off what it still says.</summary>
    private void LetGo()
    {
        var isOver = false;
        lock (_gate)
        {
            isOver = _hasEndedWriting && _isComplete;
            if (_hasEndedWriting) _isAbandoned = true;
        }

        if (isOver) _session.Forget(Id);
        else if (!_hasEndedWriting) Abort();
    }

    /// <summary>What is done when credit comes after this call; asked for before trying, so that none is missed.</summary>
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
