using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

using Google.Protobuf;

using Skerry.Libp2p.Crypto;
using Skerry.Libp2p.Wire;

namespace Skerry.Libp2p;

/// <summary>A peer's identity key, its public half (libp2p peer-ids specification, "Keys").</summary>
public sealed class PublicKey
{
    /// <summary>The longest encoding taken in, bytes: an RSA key of 8192 bits fits.</summary>
    private const int MaxEncoded = 2048;

    private readonly byte[] _data;
    private readonly byte[] _encoded;

    private PublicKey(KeyType type, byte[] data, byte[] encoded)
    {
        Type = type;
        _data = data;
        _encoded = encoded;
    }

    /// <summary>What kind of key it is.</summary>
    public KeyType Type { get; }

    /// <summary>The key as its kind writes it.</summary>
    public ReadOnlySpan<byte> Data => _data;

    /// <summary>The key as messages carry it and peer ids are made from.</summary>
    public ReadOnlySpan<byte> Encoded => _encoded;

    /// <summary>An Ed25519 key.</summary>
    /// <param name="key">32 bytes (RFC 8032, section 5.1.5).</param>
    public static PublicKey FromEd25519(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, Ed25519.KeyLength);
        var data = key.ToArray();
        return new PublicKey(KeyType.Ed25519, data, new PublicKeyMessage { Type = KeyKind.Ed25519, Data = ByteString.CopyFrom(data) }.ToByteArray());
    }

    /// <summary>Reads a key as messages carry it.</summary>
    /// <returns>False when it is no such message, or of no kind there is.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out PublicKey? key)
    {
        key = null;
        if (encoded.Length > MaxEncoded || !Messages.TryParse(PublicKeyMessage.Parser, encoded, out var message)) return false;
        if (message.Type is < KeyKind.Rsa or > KeyKind.Ecdsa) return false;
        var data = message.Data.ToByteArray();
        if (message.Type == KeyKind.Ed25519 && data.Length != Ed25519.KeyLength) return false;
        key = new PublicKey((KeyType)message.Type, data, encoded.ToArray());
        return true;
    }

    /// <summary>Whether the owner of this key signed the message. Nonsense and keys that cannot be verified have signed nothing.</summary>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        try
        {
            switch (Type)
            {
                case KeyType.Ed25519:
                    return Ed25519.Verify(_data, message, signature);
                case KeyType.Ecdsa:
                    using (var ecdsa = ECDsa.Create())
                    {
                        ecdsa.ImportSubjectPublicKeyInfo(_data, out _);
                        return ecdsa.VerifyData(message, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
                    }

                case KeyType.Rsa:
                    using (var rsa = RSA.Create())
                    {
                        rsa.ImportSubjectPublicKeyInfo(_data, out _);
                        return rsa.KeySize >= 2048 && rsa.VerifyData(message, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
                    }

                default:
                    return false;
            }
        }
        catch (Exception unusable) when (unusable is CryptographicException or PlatformNotSupportedException or ArgumentException) // the second for curves that this system does not know
        {
            return false;
        }
    }
}
