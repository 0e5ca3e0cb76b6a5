using System.Security.Cryptography;

using Skerry.Primitives;

namespace Skerry.Gossip.Wire;

/// <summary>
/// Memberlist's encryption: version byte, 12-byte nonce, AES-GCM ciphertext, 16-byte tag. Version 1 is sent; version 0, whose plaintext is
/// padded to 16 bytes (PKCS #7), is understood too. Keeps one cipher a key. Not thread-safe: one for each loop.
/// </summary>
/// <param name="nonces">Nonces that a simulation can replay; null, and nothing else where packets leave the process: the system's.</param>
internal sealed class GossipCipher(Prng? nonces = null) : IDisposable
{
    /// <summary>What encryption adds to a message, bytes.</summary>
    public const int Overhead = HeaderSize + TagSize;

    /// <summary>Version and nonce.</summary>
    public const int HeaderSize = 1 + NonceSize;

    public const int NonceSize = 12;

    public const int TagSize = 16;

    private const byte PaddedVersion = 0;
    private const byte CurrentVersion = 1;
    private const int PaddingBlock = 16;

    private Keyring _ring = Keyring.Empty;
    private AesGcm[] _ciphers = [];
    private int _lastOpened;

    /// <summary>
    /// Encrypts in place: the message stands in <paramref name="frame"/> with <see cref="HeaderSize"/> bytes free before and
    /// <see cref="TagSize"/> after it.
    /// </summary>
    public void Seal(Keyring ring, Span<byte> frame, ReadOnlySpan<byte> associated)
    {
        if (nonces is null) RandomNumberGenerator.Fill(frame.Slice(1, NonceSize));
        else nonces.Fill(frame.Slice(1, NonceSize));
        SealWithNonce(ring, frame, associated);
    }

    /// <summary>Like <see cref="Seal"/>, with the nonce that already stands in the frame. A nonce must never be used twice.</summary>
    public void SealWithNonce(Keyring ring, Span<byte> frame, ReadOnlySpan<byte> associated)
    {
        Load(ring);
        frame[0] = CurrentVersion;
        var message = frame[HeaderSize..^TagSize];
        _ciphers[0].Encrypt(frame.Slice(1, NonceSize), message, message, frame[^TagSize..], associated);
    }

    /// <summary>Decrypts with whichever key of the ring fits.</summary>
    /// <param name="ring">At least one key.</param>
    /// <param name="frame">Version byte to tag.</param>
    /// <param name="associated">What the tag covers besides.</param>
    /// <param name="destination">At least as long as the frame.</param>
    /// <param name="length">Bytes of the message.</param>
    /// <param name="error">Why it was refused.</param>
    public bool TryOpen(
        Keyring ring,
        ReadOnlySpan<byte> frame,
        ReadOnlySpan<byte> associated,
        Span<byte> destination,
        out int length,
        out DecodeError error)
    {
        length = 0;
        error = Refusal(frame);
        if (error != DecodeError.None) return false;
        Load(ring);
        var message = destination[..(frame.Length - Overhead)];

        // The outcome does not depend on the order, but a failed try costs an exception: while keys rotate, begin with the one that fitted.
        for (var i = 0; i < _ciphers.Length; i++)
        {
            var candidate = (_lastOpened + i) % _ciphers.Length;
            if (!TryDecrypt(_ciphers[candidate], frame, associated, message)) continue;
            _lastOpened = candidate;
            length = frame[0] == PaddedVersion ? message.Length - message[^1] : message.Length;
            if (frame[0] != PaddedVersion || IsPadded(message)) return true;
            break;
        }

        length = 0;
        error = DecodeError.Undecryptable;
        return false;
    }

    public void Dispose()
    {
        foreach (var cipher in _ciphers) cipher.Dispose();
        (_ciphers, _ring) = ([], Keyring.Empty);
    }

    private static DecodeError Refusal(ReadOnlySpan<byte> frame)
    {
        if (frame.IsEmpty) return DecodeError.Empty;
        if (frame[0] > CurrentVersion) return DecodeError.UnknownEncryption;
        var least = frame[0] == PaddedVersion ? Overhead + PaddingBlock : Overhead;
        return frame.Length < least ? DecodeError.Truncated : DecodeError.None;
    }

    private static bool TryDecrypt(AesGcm cipher, ReadOnlySpan<byte> frame, ReadOnlySpan<byte> associated, Span<byte> message)
    {
        try
        {
            cipher.Decrypt(frame.Slice(1, NonceSize), frame[HeaderSize..^TagSize], frame[^TagSize..], message, associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    private static bool IsPadded(ReadOnlySpan<byte> message)
    {
        var padding = message[^1];
        return padding is >= 1 and <= PaddingBlock
            && padding <= message.Length
            && message.Length % PaddingBlock == 0
            && !message[^padding..].ContainsAnyExcept(padding);
    }

    private void Load(Keyring ring)
    {
        if (ReferenceEquals(ring, _ring)) return;
        Dispose();
        _ciphers = [.. ring.Keys.Select(key => new AesGcm(key.Span, TagSize))];
        _ring = ring;
        _lastOpened = 0;
    }
}
