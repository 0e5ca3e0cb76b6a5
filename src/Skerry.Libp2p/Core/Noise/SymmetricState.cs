using System.Security.Cryptography;

namespace Skerry.Libp2p.Core.Noise;

/// <summary>The hash and the chaining key that a handshake turns over (Noise Protocol Framework, section 5.2).</summary>
internal sealed class SymmetricState : IDisposable
{
    private const int HashLength = 32;

    private byte[] _chainingKey;
    private byte[] _hash;
    private CipherState? _cipher;

    /// <param name="protocol">The handshake's name; 32 bytes, so that it is its own hash.</param>
    public SymmetricState(ReadOnlySpan<byte> protocol)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(protocol.Length, HashLength);
        _hash = protocol.ToArray();
        _chainingKey = protocol.ToArray();
    }

    public void MixHash(ReadOnlySpan<byte> data) => _hash = SHA256.HashData([.. _hash, .. data]);

    public void MixKey(ReadOnlySpan<byte> secret)
    {
        var output = Expand(secret);
        _chainingKey = output[..HashLength];
        _cipher?.Dispose();
        _cipher = new CipherState(output.AsSpan(HashLength));
    }

    /// <summary>Encrypts, once there is a key, and takes what goes out into the hash.</summary>
    public byte[] EncryptAndHash(ReadOnlySpan<byte> message)
    {
        var sealedMessage = new byte[message.Length + (_cipher is null ? 0 : CipherState.TagLength)];
        if (_cipher is null) message.CopyTo(sealedMessage);
        else _cipher.Encrypt(message, sealedMessage, _hash);
        MixHash(sealedMessage);
        return sealedMessage;
    }

    /// <summary>Decrypts, once there is a key, and takes what came into the hash; null when it is not genuine.</summary>
    public byte[]? DecryptAndHash(ReadOnlySpan<byte> message)
    {
        var opened = message.ToArray();
        if (_cipher is not null)
        {
            if (message.Length < CipherState.TagLength) return null;
            opened = new byte[message.Length - CipherState.TagLength];
            if (!_cipher.TryDecrypt(message, opened, _hash)) return null;
        }

        MixHash(message);
        return opened;
    }

    /// <summary>The two directions, the dialler's first.</summary>
    public (CipherState Dialler, CipherState Listener) Split()
    {
        var output = Expand([]);
        return (new CipherState(output.AsSpan(0, HashLength)), new CipherState(output.AsSpan(HashLength)));
    }

    public void Dispose() => _cipher?.Dispose();

    /// <summary>Noise's HKDF with two outputs (section 4.3), of HMAC alone: the framework's HKDF refuses the empty secret of a split.</summary>
    private byte[] Expand(ReadOnlySpan<byte> secret)
    {
        var key = HMACSHA256.HashData(_chainingKey, secret);
        var first = HMACSHA256.HashData(key, (byte[])[1]);
        return [.. first, .. HMACSHA256.HashData(key, (byte[])[.. first, 2])];
    }
}
