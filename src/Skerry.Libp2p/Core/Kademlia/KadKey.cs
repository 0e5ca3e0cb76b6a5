using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Skerry.Libp2p.Core.Kademlia;

/// <summary>A place among all keys: the SHA-256 of a peer id or a key, as a number of 256 bits. The distance of two is their exclusive or.</summary>
/// <param name="A">The highest 64 bits.</param>
/// <param name="B">The next.</param>
/// <param name="C">The next.</param>
/// <param name="D">The lowest.</param>
internal readonly record struct KadKey(ulong A, ulong B, ulong C, ulong D) : IComparable<KadKey>
{
    /// <summary>Bits.</summary>
    public const int Length = 256;

    /// <summary>The place of a peer id or key.</summary>
    public static KadKey Of(ReadOnlySpan<byte> name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(name, hash);
        return new KadKey(
            BinaryPrimitives.ReadUInt64BigEndian(hash), BinaryPrimitives.ReadUInt64BigEndian(hash[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(hash[16..]), BinaryPrimitives.ReadUInt64BigEndian(hash[24..]));
    }

    /// <summary>How far another is.</summary>
    public KadKey DistanceTo(KadKey other) => new(A ^ other.A, B ^ other.B, C ^ other.C, D ^ other.D);

    /// <summary>How many of the highest bits both have in common: 256 with itself.</summary>
    public int CommonPrefix(KadKey other)
    {
        var distance = DistanceTo(other);
        if (distance.A != 0) return BitOperations.LeadingZeroCount(distance.A);
        if (distance.B != 0) return 64 + BitOperations.LeadingZeroCount(distance.B);
        if (distance.C != 0) return 128 + BitOperations.LeadingZeroCount(distance.C);
        return 192 + BitOperations.LeadingZeroCount(distance.D);
    }

    public int CompareTo(KadKey other)
    {
        if (A != other.A) return A.CompareTo(other.A);
        if (B != other.B) return B.CompareTo(other.B);
        return C != other.C ? C.CompareTo(other.C) : D.CompareTo(other.D);
    }
}
