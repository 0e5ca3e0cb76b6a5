using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

using Skerry.Libp2p.Wire;

namespace Skerry.Libp2p;

/// <summary>
/// Who a peer is: the multihash of its public key (libp2p peer-ids specification). Keys of up to 42 bytes are their own hash, so the key of such a peer
/// is known from its id.
/// </summary>
public readonly struct PeerId : IEquatable<PeerId>
{
    private const int MaxInlineKey = 42;
    private const byte IdentityHash = 0x00;
    private const byte Sha256Hash = 0x12;
    private const byte Libp2pKeyCodec = 0x72;

    private readonly byte[]? _multihash;

    private PeerId(byte[] multihash) => _multihash = multihash;

    /// <summary>The id as bytes, a multihash; empty for the default value, which names nobody.</summary>
    public ReadOnlySpan<byte> Bytes => _multihash;

    /// <summary>Whether it names nobody.</summary>
    public bool IsEmpty => _multihash is null;

    /// <summary>The id of the peer that owns a key.</summary>
    public static PeerId FromPublicKey(PublicKey key)
    {
        if (key.Encoded.Length <= MaxInlineKey) return new PeerId([IdentityHash, (byte)key.Encoded.Length, .. key.Encoded]);
        return new PeerId([Sha256Hash, SHA256.HashSizeInBytes, .. SHA256.HashData(key.Encoded)]);
    }

    /// <summary>Reads an id from bytes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out PeerId id)
    {
        var isSound = bytes.Length >= 2 && bytes[1] == bytes.Length - 2
            && (bytes[0] == IdentityHash ? bytes.Length - 2 is > 0 and <= MaxInlineKey : bytes[0] == Sha256Hash && bytes[1] == SHA256.HashSizeInBytes);
        id = isSound ? new PeerId(bytes.ToArray()) : default;
        return isSound;
    }

    /// <summary>Reads an id from text: base58 as <c>12D3KooW…</c> and <c>Qm…</c>, or a CID in base32 as <c>bafz…</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out PeerId id)
    {
        id = default;
        if (string.IsNullOrEmpty(text) || text.Length > 128) return false;
        if (text[0] != 'b') return Base58.TryDecode(text, out var bytes) && TryRead(bytes, out id);
        return Base32.TryDecode(text.AsSpan(1), out var cid) && cid.Length > 2 && cid[0] == 1 && cid[1] == Libp2pKeyCodec && TryRead(cid.AsSpan(2), out id);
    }

    /// <summary>The key itself, where the id holds it.</summary>
    public bool TryGetPublicKey([NotNullWhen(true)] out PublicKey? key)
    {
        key = null;
        return _multihash is { } bytes && bytes[0] == IdentityHash && PublicKey.TryDecode(bytes.AsSpan(2), out key);
    }

    /// <inheritdoc/>
    public bool Equals(PeerId other) => Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PeerId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    /// <summary>The id in base58.</summary>
    public override string ToString() => Base58.Encode(Bytes);

    /// <summary>Whether both name the same peer.</summary>
    public static bool operator ==(PeerId left, PeerId right) => left.Equals(right);

    /// <summary>Whether they name different peers.</summary>
    public static bool operator !=(PeerId left, PeerId right) => !left.Equals(right);
}
