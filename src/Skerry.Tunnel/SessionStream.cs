namespace Skerry.Tunnel;

/// <summary>
/// Bytes both ways between two nodes that outlive the path they take: when it dies, or a better one is there, the session goes on over another, and no byte is
/// lost, doubled or reordered; or it ends with an error within a bounded time. One reader and one writer at a time. Disposing breaks it off unless both
/// directions have ended.
/// </summary>
public abstract class SessionStream : Stream
{
    private protected SessionStream()
    {
    }

    /// <summary>The node at the other end: proved.</summary>
    public abstract string Node { get; }

    /// <summary>What it is for.</summary>
    public abstract SessionTarget Target { get; }

    /// <summary>How the bytes go at this moment.</summary>
    public abstract PathKind Path { get; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Says that nothing more will be written; reading goes on.</summary>
    public abstract ValueTask EndWritingAsync(CancellationToken cancel = default);

    /// <summary>Breaks the session off: the other end sees an error, not an end.</summary>
    public abstract void Abort();

    /// <inheritdoc/>
    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    public abstract override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Sessions are asynchronous.");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Sessions are asynchronous.");

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}
