using System.Buffers.Binary;

namespace Skerry.Manifest.Core;

/// <summary>
/// 64-bit hashes by folding 128-bit products, the same on every machine and version. They tell replicas that went apart by mistake;
/// against somebody who chooses the bytes they prove nothing.
/// </summary>
internal static class StateHash
{
    // Odd constants with bits in no pattern: the fractions of the square roots of 2, 3 and 5.
    private const ulong First = 0x6a09e667f3bcc909, Second = 0xbb67ae8584caa73b, Third = 0x3c6ef372fe94f82b;

    public static ulong Mix(ulong hash, ulong value) => Fold(hash ^ First, value ^ Second);

    public static ulong Mix(ulong hash, long value) => Mix(hash, unchecked((ulong)value));

    public static ulong Mix(ulong hash, ReadOnlySpan<byte> bytes)
    {
        hash = Mix(hash, (ulong)bytes.Length);
        for (; bytes.Length >= 16; bytes = bytes[16..])
        {
            hash = Fold(BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ First, BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]) ^ hash ^ Third);
        }

        if (bytes.IsEmpty) return hash;
        Span<byte> rest = stackalloc byte[16];
        rest.Clear();
        bytes.CopyTo(rest);
        return Fold(BinaryPrimitives.ReadUInt64LittleEndian(rest) ^ First, BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]) ^ hash ^ Third);
    }

    private static ulong Fold(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        // A factor of zero would swallow the other: add both back.
        return high ^ low ^ (a + b);
    }
}
