using System.Security.Cryptography;

namespace Skerry.Libp2p.Crypto;

/// <summary>Diffie-Hellman over Curve25519 (RFC 7748) by OpenSSL.</summary>
internal static class X25519
{
    /// <summary>Bytes of a private key, a public key and a shared secret.</summary>
    public const int KeyLength = 32;

    public static (byte[] PrivateKey, byte[] PublicKey) Generate()
    {
        var privateKey = RandomNumberGenerator.GetBytes(KeyLength);
        return (privateKey, PublicKeyOf(privateKey));
    }

    public static byte[] PublicKeyOf(ReadOnlySpan<byte> privateKey)
    {
        using var key = LibCrypto.EVP_PKEY_new_raw_private_key(LibCrypto.X25519, 0, privateKey, KeyLength);
        return RawPublicKey(key);
    }

    /// <summary>The secret both sides come to.</summary>
    /// <returns>False when the other's key is no key, or one that makes every secret zero.</returns>
    public static bool TryDerive(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> peerKey, Span<byte> secret)
    {
        if (peerKey.Length != KeyLength) return false;
        using var own = LibCrypto.EVP_PKEY_new_raw_private_key(LibCrypto.X25519, 0, privateKey, KeyLength);
        using var peer = LibCrypto.EVP_PKEY_new_raw_public_key(LibCrypto.X25519, 0, peerKey, KeyLength);
        if (own.IsInvalid || peer.IsInvalid) return false;
        var context = LibCrypto.EVP_PKEY_CTX_new(own, 0);
        try
        {
            nuint length = KeyLength;
            return LibCrypto.EVP_PKEY_derive_init(context) == 1
                && LibCrypto.EVP_PKEY_derive_set_peer(context, peer) == 1
                && LibCrypto.EVP_PKEY_derive(context, secret, ref length) == 1
                && length == KeyLength;
        }
        finally
        {
            LibCrypto.EVP_PKEY_CTX_free(context);
        }
    }

    /// <summary>The public half of a raw key pair.</summary>
    internal static byte[] RawPublicKey(EvpKey key)
    {
        var publicKey = new byte[KeyLength];
        nuint length = KeyLength;
        if (key.IsInvalid || LibCrypto.EVP_PKEY_get_raw_public_key(key, publicKey, ref length) != 1 || length != KeyLength)
            throw new CryptographicException("OpenSSL 3 with Curve25519 is missing: Skerry needs libcrypto.so.3.");
        return publicKey;
    }
}
