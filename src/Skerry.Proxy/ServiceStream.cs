namespace Skerry.Proxy;

/// <summary>
/// Bytes both ways between a client's side and a service instance. One reader and one writer at a time. Disposing breaks it off unless both directions have ended.
/// Under <see cref="ServiceNetwork.Udp"/> the bytes are datagrams, each behind its length in two bytes, most significant first.
/// </summary>
public abstract class ServiceStream : Stream
{
    /// <summary>How the bytes travel: <c>local</c> (an address in this site), <c>direct</c> (a tunnel from node to node), <c>relayed</c> (a tunnel through a third).</summary>
    public abstract string PathKind { get; }

    /// <summary>Whether a read into an empty buffer waits until there is something to read: then one that is idle holds no buffer.</summary>
    public virtual bool AwaitsData => false;

    /// <summary>Says that nothing more will be written; reading goes on.</summary>
    public abstract ValueTask EndWritingAsync(CancellationToken cancel = default);

    /// <summary>Breaks it off: the other end sees an error, not an end.</summary>
    public abstract void Abort();

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

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it asynchronously.");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Write it asynchronously.");

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    public abstract override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default);
}
