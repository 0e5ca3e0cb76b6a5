using System.Buffers;
using System.Security.Cryptography;

using Skerry.Libp2p.Crypto;

namespace Skerry.Libp2p.Driver;

/// <summary>
/// A channel under a network's pre-shared key: each side says a nonce, then everything is enciphered (libp2p pnet/Private-Networks-PSK-V1.md). It keeps
/// strangers out; it proves nothing and protects no integrity, so a security protocol still runs inside. One reader and one writer at a time.
/// </summary>
internal sealed class PrivateNetworkStream : ChannelStream
{
    private readonly Stream _inner;
    private readonly XSalsa20 _send;
    private readonly XSalsa20 _receive;

    private PrivateNetworkStream(Stream inner, XSalsa20 send, XSalsa20 receive) => (_inner, _send, _receive) = (inner, send, receive);

    /// <summary>Exchanges the nonces.</summary>
    public static async Task<Stream> BeginAsync(Stream inner, PreSharedKey key, CancellationToken cancel)
    {
        var ours = RandomNumberGenerator.GetBytes(XSalsa20.NonceLength);
        await inner.WriteAsync(ours, cancel).ConfigureAwait(false);
        await inner.FlushAsync(cancel).ConfigureAwait(false);
        var theirs = new byte[XSalsa20.NonceLength];
        await inner.ReadWholeAsync(theirs, cancel).ConfigureAwait(false);
        return new PrivateNetworkStream(inner, new XSalsa20(key.Key, ours), new XSalsa20(key.Key, theirs));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        _receive.Apply(buffer.Span[..count]);
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(buffer.Length);
        try
        {
            buffer.CopyTo(bytes);
            _send.Apply(bytes.AsSpan(0, buffer.Length));
            await _inner.WriteAsync(bytes.AsMemory(0, buffer.Length), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _inner.Dispose();
        base.Dispose(disposing);
    }
}
