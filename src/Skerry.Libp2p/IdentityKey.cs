using System.Security.Cryptography;

using Skerry.Libp2p.Crypto;

namespace Skerry.Libp2p;

/// <summary>This node's own key: who holds it is the peer.</summary>
public sealed class IdentityKey
{
    private readonly byte[] _seed;

    private IdentityKey(byte[] seed)
    {
        _seed = seed;
        PublicKey = PublicKey.FromEd25519(Ed25519.PublicKeyOf(seed));
        PeerId = PeerId.FromPublicKey(PublicKey);
    }

    /// <summary>Its public half.</summary>
    public PublicKey PublicKey { get; }

    /// <summary>The name it gives the node.</summary>
    public PeerId PeerId { get; }

    /// <summary>A new key nobody else has.</summary>
    public static IdentityKey Generate() => FromSeed(RandomNumberGenerator.GetBytes(Ed25519.KeyLength));

    /// <summary>The Ed25519 key of a seed: the same seed, the same peer.</summary>
    /// <param name="seed">32 secret bytes (RFC 8032, section 5.1.5).</param>
    public static IdentityKey FromSeed(ReadOnlySpan<byte> seed)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(seed.Length, Ed25519.KeyLength);
        return new IdentityKey(seed.ToArray());
    }

    /// <summary>Signs a message.</summary>
    public byte[] Sign(ReadOnlySpan<byte> message) => Ed25519.Sign(_seed, message);
}
