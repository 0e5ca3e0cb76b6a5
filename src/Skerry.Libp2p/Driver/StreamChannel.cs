namespace Skerry.Libp2p.Driver;

/// <summary>A channel that seals by itself, such as TLS, for the muxer.</summary>
/// <param name="inner">The secured channel.</param>
/// <param name="account">Whose buffers it uses.</param>
internal sealed class StreamChannel(Stream inner, PeerAccount account) : IMuxedChannel
{
    /// <summary>One of TLS's records fits (RFC 8446, section 5.1).</summary>
    private const int BufferLength = 16 << 10;

    private byte[]? _received;

    public bool HasMore => false;

    public int HeadLength => 0;

    public int TailLength => 0;

    public int MaxMessage => int.MaxValue;

    public async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken cancel)
    {
        EndReceiving();
        await inner.ReadAsync(Memory<byte>.Empty, cancel).ConfigureAwait(false);
        _received = account.Rent(BufferLength);
        var count = await inner.ReadAsync(_received, cancel).ConfigureAwait(false);
        return _received.AsMemory(0, count);
    }

    public void EndReceiving()
    {
        if (_received is not { } buffer) return;
        _received = null;
        account.Return(buffer);
    }

    public void WriteHead(Span<byte> head, int length)
    {
    }

    public void Seal(Span<byte> messages)
    {
    }

    public async ValueTask SendAsync(Memory<byte> messages, CancellationToken cancel)
    {
        await inner.WriteAsync(messages, cancel).ConfigureAwait(false);
        await inner.FlushAsync(cancel).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        EndReceiving();
    }
}
