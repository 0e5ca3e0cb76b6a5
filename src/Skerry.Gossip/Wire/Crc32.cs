using System.Buffers.Binary;

namespace Skerry.Gossip.Wire;

/// <summary>CRC-32 of IEEE 802.3 (reflected polynomial EDB88320), eight bytes a step (Kounavis and Berry, 2005: slicing by eight).</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private const int Slices = 8;
    private const int TableSize = 256;

    private static readonly uint[] Tables = BuildTables();

    public static uint Compute(ReadOnlySpan<byte> source)
    {
        var crc = uint.MaxValue;
        var tables = Tables.AsSpan(0, Slices * TableSize);
        while (source.Length >= Slices)
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(source) ^ crc;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(source[4..]);
            crc = tables[(7 * TableSize) + (byte)low]
                ^ tables[(6 * TableSize) + (byte)(low >> 8)]
                ^ tables[(5 * TableSize) + (byte)(low >> 16)]
                ^ tables[(4 * TableSize) + (int)(low >> 24)]
                ^ tables[(3 * TableSize) + (byte)high]
                ^ tables[(2 * TableSize) + (byte)(high >> 8)]
                ^ tables[TableSize + (byte)(high >> 16)]
                ^ tables[(int)(high >> 24)];
            source = source[Slices..];
        }

        foreach (var value in source) crc = (crc >> 8) ^ tables[(byte)(crc ^ value)];
        return ~crc;
    }

    /// <summary>Table k says what a byte does to the sum after k more zero bytes.</summary>
    private static uint[] BuildTables()
    {
        var tables = new uint[Slices * TableSize];
        for (var i = 0; i < TableSize; i++)
        {
            var crc = (uint)i;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ Polynomial : crc >> 1;
            tables[i] = crc;
        }

        for (var i = TableSize; i < tables.Length; i++)
        {
            var previous = tables[i - TableSize];
            tables[i] = (previous >> 8) ^ tables[(byte)previous];
        }

        return tables;
    }
}
