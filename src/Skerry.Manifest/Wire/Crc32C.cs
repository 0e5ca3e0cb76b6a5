using System.Buffers.Binary;
using System.Numerics;

namespace Skerry.Manifest.Wire;

/// <summary>CRC32C (Castagnoli), by the processor's instruction.</summary>
internal static class Crc32C
{
    /// <summary>The checksum of what <paramref name="checksum"/> covers, 0 for nothing, and then <paramref name="bytes"/>.</summary>
    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        var crc = ~checksum;
        for (; bytes.Length >= 8; bytes = bytes[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var value in bytes) crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }
}
