using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Skerry.Libp2p.Core.Noise;

/// <summary>One direction of a Noise channel: ChaCha20-Poly1305 under a key, a nonce that counts messages (Noise Protocol Framework, section 5.1).</summary>
/// <param name="key">32 bytes.</param>
internal sealed class CipherState(ReadOnlySpan<byte> key) : IDisposable
{
    /// <summary>What a message grows by, bytes.</summary>
    public const int TagLength = 16;

    private readonly ChaCha20Poly1305 _cipher = new(key);
    private readonly byte[] _nonce = new byte[12];
    private ulong _counter;

    /// <summary>Encrypts a message; the tag stands behind it.</summary>
    public void Encrypt(ReadOnlySpan<byte> message, Span<byte> target, ReadOnlySpan<byte> associated = default)
    {
        CountUp();
        _cipher.Encrypt(_nonce, message, target[..message.Length], target.Slice(message.Length, TagLength), associated);
    }

    /// <summary>Decrypts a message with its tag behind it; false when it was not made by the other side, or is not the next.</summary>
    public bool TryDecrypt(ReadOnlySpan<byte> message, Span<byte> target, ReadOnlySpan<byte> associated = default)
    {
        if (message.Length < TagLength) return false;
        CountUp();
        try
        {
            _cipher.Decrypt(_nonce, message[..^TagLength], message[^TagLength..], target[..(message.Length - TagLength)], associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    public void Dispose() => _cipher.Dispose();

    private void CountUp()
    {
        // The last value is reserved; at a million messages a second it is half a million years away.
        BinaryPrimitives.WriteUInt64LittleEndian(_nonce.AsSpan(4), checked(_counter++));
    }
}
