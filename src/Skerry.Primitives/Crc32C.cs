using System.Buffers.Binary;
using System.Numerics;

namespace Skerry.Primitives;

/// <summary>CRC-32C (Castagnoli; RFC 3720, appendix B.4), eight bytes an instruction where the processor has it.</summary>
public static class Crc32C
{
    /// <summary>What a calculation begins with.</summary>
    public const uint Seed = uint.MaxValue;

    /// <summary>Takes in more bytes. The checksum is the complement of what comes out last.</summary>
    public static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var rest in bytes) crc = BitOperations.Crc32C(crc, rest);
        return crc;
    }

    /// <summary>The checksum of some bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => ~Add(Seed, bytes);
}
