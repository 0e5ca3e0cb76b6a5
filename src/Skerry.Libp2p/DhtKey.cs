using System.Security.Cryptography;
using System.Text;

using Skerry.Libp2p.Wire;

namespace Skerry.Libp2p;

/// <summary>What is provided and looked for in a DHT: a multihash (kad-dht/README.md, "Content provider advertisement and discovery").</summary>
public readonly struct DhtKey : IEquatable<DhtKey>
{
    /// <summary>The longest multihash taken in, bytes: SHA-512 fits twice.</summary>
    internal const int MaxLength = 128;

    private const byte Sha256Hash = 0x12;

    private readonly byte[]? _multihash;

    private DhtKey(byte[] multihash) => _multihash = multihash;

    /// <summary>The key as messages carry it; empty for the default value, which is no key.</summary>
    public ReadOnlySpan<byte> Bytes => _multihash;

    /// <summary>The SHA-256 of content.</summary>
    public static DhtKey Of(ReadOnlySpan<byte> content) => new([Sha256Hash, SHA256.HashSizeInBytes, .. SHA256.HashData(content)]);

    /// <summary>
    /// The key at which those meet who know a word: the SHA-256 of its UTF-8 bytes, which is the multihash of go-libp2p's CID for a rendezvous string.
    /// </summary>
    public static DhtKey OfRendezvous(string rendezvous) => Of(Encoding.UTF8.GetBytes(rendezvous));

    /// <summary>Reads a key as messages carry it: a multihash, whatever its function.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out DhtKey key)
    {
        key = default;
        if (bytes.Length > MaxLength || !VarInt.TryRead(bytes, out _, out var code)) return false;
        if (!VarInt.TryRead(bytes[code..], out var length, out var prefix) || length == 0 || length != (ulong)(bytes.Length - code - prefix)) return false;
        key = new DhtKey(bytes.ToArray());
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(DhtKey other) => Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is DhtKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    /// <summary>The key in base 16.</summary>
    public override string ToString() => Convert.ToHexStringLower(Bytes);

    /// <summary>Whether both are the same key.</summary>
    public static bool operator ==(DhtKey left, DhtKey right) => left.Equals(right);

    /// <summary>Whether they are different keys.</summary>
    public static bool operator !=(DhtKey left, DhtKey right) => !left.Equals(right);
}
