using System.Numerics;
using System.Runtime.InteropServices;

namespace Skerry.Storage;

/// <summary>CRC-32C (Castagnoli), eight bytes an instruction where the processor has it.</summary>
internal static class Crc32C
{
    /// <summary>What a calculation begins with.</summary>
    public const uint Seed = uint.MaxValue;

    /// <summary>Takes in more bytes.</summary>
    public static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words) crc = BitOperations.Crc32C(crc, word);
        foreach (var rest in bytes[(words.Length * sizeof(ulong))..]) crc = BitOperations.Crc32C(crc, rest);
        return crc;
    }

    /// <summary>The checksum of some bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => ~Add(Seed, bytes);
}
