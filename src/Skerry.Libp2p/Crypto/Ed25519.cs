using System.Security.Cryptography;

namespace Skerry.Libp2p.Crypto;

/// <summary>Ed25519 signatures (RFC 8032) by OpenSSL.</summary>
internal static class Ed25519
{
    /// <summary>Bytes of a seed and of a public key.</summary>
    public const int KeyLength = 32;

    public const int SignatureLength = 64;

    public static byte[] PublicKeyOf(ReadOnlySpan<byte> seed)
    {
        using var key = LibCrypto.EVP_PKEY_new_raw_private_key(LibCrypto.Ed25519, 0, seed, KeyLength);
        return X25519.RawPublicKey(key);
    }

    public static byte[] Sign(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> message)
    {
        using var key = LibCrypto.EVP_PKEY_new_raw_private_key(LibCrypto.Ed25519, 0, seed, KeyLength);
        var context = LibCrypto.EVP_MD_CTX_new();
        try
        {
            var signature = new byte[SignatureLength];
            nuint length = SignatureLength;
            if (LibCrypto.EVP_DigestSignInit(context, 0, 0, 0, key) != 1 || LibCrypto.EVP_DigestSign(context, signature, ref length, message, (nuint)message.Length) != 1)
                throw new CryptographicException("OpenSSL does not sign with Ed25519.");
            return signature;
        }
        finally
        {
            LibCrypto.EVP_MD_CTX_free(context);
        }
    }

    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != KeyLength || signature.Length != SignatureLength) return false;
        using var key = LibCrypto.EVP_PKEY_new_raw_public_key(LibCrypto.Ed25519, 0, publicKey, KeyLength);
        if (key.IsInvalid) return false;
        var context = LibCrypto.EVP_MD_CTX_new();
        try
        {
            return LibCrypto.EVP_DigestVerifyInit(context, 0, 0, 0, key) == 1
                && LibCrypto.EVP_DigestVerify(context, signature, (nuint)signature.Length, message, (nuint)message.Length) == 1;
        }
        finally
        {
            LibCrypto.EVP_MD_CTX_free(context);
        }
    }
}
