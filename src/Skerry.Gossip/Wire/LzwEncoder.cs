using System.Buffers;

namespace Skerry.Gossip.Wire;

/// <summary>
/// LZW as Go's <c>compress/lzw</c> writes it with LSB order and 8-bit literals: GIF's variant. Codes 0 to 255 are literals, 256 clears the
/// table, 257 ends; the first free code is 258, codes grow from 9 to 12 bits, and a full table is cleared.
/// </summary>
internal static class LzwEncoder
{
    private const int ClearCode = 256;
    private const int EndCode = 257;
    private const int FirstWidth = 9;
    private const int MaxCode = 4095;

    // Pairs (prefix code, next byte) by open addressing; at most 3,837 are in a table of 8,192.
    private const int HashBits = 13;
    private const int HashSize = 1 << HashBits;
    private const int CodeBits = 12;

    /// <summary>Compresses all of <paramref name="source"/>.</summary>
    /// <returns>False when it does not fit into <paramref name="destination"/>.</returns>
    public static bool TryCompress(ReadOnlySpan<byte> source, Span<byte> destination, out int written)
    {
        var table = ArrayPool<uint>.Shared.Rent(HashSize);
        try
        {
            var output = new BitPacker(destination);
            Compress(source, ref output, table.AsSpan(0, HashSize));
            written = output.Length;
            return !output.Overflowed;
        }
        finally
        {
            ArrayPool<uint>.Shared.Return(table);
        }
    }

    private static void Compress(ReadOnlySpan<byte> source, ref BitPacker output, Span<uint> table)
    {
        table.Clear();
        var (width, highest, limit) = (FirstWidth, EndCode, 1 << FirstWidth);
        output.Write(ClearCode, width);
        if (source.IsEmpty)
        {
            output.Write(EndCode, width);
            output.Flush();
            return;
        }

        var prefix = (int)source[0];
        for (var i = 1; i < source.Length && !output.Overflowed; i++)
        {
            var pair = ((uint)prefix << 8) | source[i];
            var slot = Find(table, pair);
            if (table[slot] != 0)
            {
                prefix = (int)(table[slot] & MaxCode);
                continue;
            }

            output.Write(prefix, width);
            prefix = source[i];
            highest++;
            if (highest == limit)
            {
                width++;
                limit <<= 1;
            }

            if (highest == MaxCode)
            {
                output.Write(ClearCode, width);
                (width, highest, limit) = (FirstWidth, EndCode, 1 << FirstWidth);
                table.Clear();
            }
            else
            {
                table[slot] = (pair << CodeBits) | (uint)highest;
            }
        }

        output.Write(prefix, width);
        Finish(ref output, width, highest + 1, limit);
    }

    /// <summary>The pending code counts like any other: it may widen the end code, or fill the table.</summary>
    private static void Finish(ref BitPacker output, int width, int highest, int limit)
    {
        if (highest == limit) width++;
        if (highest == MaxCode)
        {
            output.Write(ClearCode, width);
            width = FirstWidth;
        }

        output.Write(EndCode, width);
        output.Flush();
    }

    /// <summary>Where a pair is, or the empty slot where it goes. A slot holds pair and code; the code is never 0, so 0 is empty.</summary>
    private static int Find(Span<uint> table, uint pair)
    {
        var slot = (int)((pair * 2654435761u) >> (32 - HashBits));
        while (table[slot] != 0 && table[slot] >> CodeBits != pair) slot = (slot + 1) & (HashSize - 1);
        return slot;
    }
}
