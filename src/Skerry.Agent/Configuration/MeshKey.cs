using System.Security.Cryptography;

namespace Skerry.Agent.Configuration;

/// <summary>The one secret of a mesh: 32 bytes that every key in use is derived from (RFC 5869, HKDF with SHA-256, no salt).</summary>
internal static class MeshKey
{
    /// <summary>Bytes.</summary>
    public const int Length = 32;

    /// <summary>A fresh key in base64.</summary>
    public static string Generate() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(Length));

    /// <summary>The key that gossip is encrypted with: AES-256.</summary>
    public static byte[] DeriveGossipKey(ReadOnlySpan<byte> meshKey)
    {
        var key = new byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, meshKey, key, salt: [], info: "skerry/gossip/1"u8);
        return key;
    }
}
