using System.Security.Cryptography;

using Skerry.Libp2p.Core.Multistream;
using Skerry.Libp2p.Crypto;
using Skerry.Libp2p.Wire;
using Skerry.Primitives;

namespace Skerry.Libp2p.Driver;

/// <summary>
/// A channel under a network's pre-shared key: each side says a nonce, then everything is enciphered (libp2p pnet/Private-Networks-PSK-V1.md). It keeps
/// strangers out; it proves nothing and protects no integrity, so a security protocol still runs inside. Which key the other side uses is told by its first
/// word, which is always the same one; so two keys can be valid while one follows the other. One reader and one writer at a time.
/// </summary>
internal sealed class PrivateNetworkStream : AsyncStream
{
    /// <summary>The first word of either side.</summary>
    private static readonly byte[] Greeting = MultistreamCodec.Encode(MultistreamCore.Version);

    private readonly Stream _inner;
    private readonly IReadOnlyList<PreSharedKey> _known;
    private readonly byte[] _theirs;
    private readonly ResourceLedger _ledger;
    private XSalsa20 _send;
    private XSalsa20? _receive;
    private int _greetingLeft = Greeting.Length;

    private PrivateNetworkStream(Stream inner, XSalsa20 send, IReadOnlyList<PreSharedKey> known, byte[] theirs, ResourceLedger ledger) =>
        (_inner, _send, _known, _theirs, _ledger) = (inner, send, known, theirs, ledger);

    /// <summary>Whether the other side has said a word that one of the keys makes sense of.</summary>
    public bool IsRecognised => _receive is not null;

    /// <summary>Exchanges the nonces.</summary>
    /// <param name="inner">The way there.</param>
    /// <param name="key">What to speak under.</param>
    /// <param name="known">What the other side may speak under.</param>
    /// <param name="isFollower">Whether to wait for the other side's first word, and to speak under the key that it does.</param>
    /// <param name="ledger">Counts its buffers.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="Libp2pException">The other side ends, or is of another network.</exception>
    public static async Task<PrivateNetworkStream> BeginAsync(Stream inner, PreSharedKey key, IReadOnlyList<PreSharedKey> known, bool isFollower, ResourceLedger ledger, CancellationToken cancel)
    {
        var ours = RandomNumberGenerator.GetBytes(XSalsa20.NonceLength);
        await inner.WriteAsync(ours, cancel).ConfigureAwait(false);
        await inner.FlushAsync(cancel).ConfigureAwait(false);
        var theirs = new byte[XSalsa20.NonceLength];
        await inner.ReadWholeAsync(theirs, cancel).ConfigureAwait(false);
        var stream = new PrivateNetworkStream(inner, new XSalsa20(key.Key, ours), known, theirs, ledger);
        if (isFollower) stream._send = new XSalsa20((await stream.RecogniseAsync(cancel).ConfigureAwait(false)).Key, ours);
        return stream;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_receive is null) await RecogniseAsync(cancellationToken).ConfigureAwait(false);
        if (_greetingLeft > 0)
        {
            var given = Math.Min(buffer.Length, _greetingLeft);
            Greeting.AsMemory(Greeting.Length - _greetingLeft, given).CopyTo(buffer);
            _greetingLeft -= given;
            return given;
        }

        var count = await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        _receive!.Apply(buffer.Span[..count]);
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var bytes = _ledger.Rent(buffer.Length);
        try
        {
            buffer.CopyTo(bytes);
            _send.Apply(bytes.AsSpan(0, buffer.Length));
            await _inner.WriteAsync(bytes.AsMemory(0, buffer.Length), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _ledger.Return(bytes);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _inner.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Hears the other side's first word; it is kept for who reads.</summary>
    private async Task<PreSharedKey> RecogniseAsync(CancellationToken cancel)
    {
        var heard = new byte[Greeting.Length];
        await _inner.ReadWholeAsync(heard, cancel).ConfigureAwait(false);
        foreach (var key in _known)
        {
            var cipher = new XSalsa20(key.Key, _theirs);
            var word = heard.AsSpan().ToArray();
            cipher.Apply(word);
            if (!word.AsSpan().SequenceEqual(Greeting)) continue;
            _receive = cipher;
            return key;
        }

        throw new Libp2pException("The peer is of another private network, or of none.");
    }
}
