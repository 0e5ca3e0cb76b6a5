using System.Buffers;

namespace Skerry.Gossip.Wire;

/// <summary>
/// Decompresses what <see cref="LzwEncoder"/> describes. Every table entry is a string that already stands in the output (the string of one
/// code and the first byte of the next stand side by side), so the table holds places and lengths, and a code is one copy forward.
/// </summary>
internal static class LzwDecoder
{
    /// <summary>Entries of the table a decompression works with; what is in it before does not matter.</summary>
    public const int TableSize = Codes;

    private const int ClearCode = 256;
    private const int EndCode = 257;
    private const int FirstWidth = 9;
    private const int MaxWidth = 12;
    private const int Codes = 1 << MaxWidth;

    /// <summary>Decompresses into <paramref name="destination"/>, never past it; bytes after the end code are not looked at.</summary>
    public static LzwResult Decompress(ReadOnlySpan<byte> source, Span<byte> destination, out int written)
    {
        var table = ArrayPool<long>.Shared.Rent(TableSize);
        try
        {
            return Decompress(source, destination, table, out written);
        }
        finally
        {
            ArrayPool<long>.Shared.Return(table);
        }
    }

    /// <summary>The same, with a table of the caller's.</summary>
    public static LzwResult Decompress(ReadOnlySpan<byte> source, Span<byte> destination, Span<long> table, out int written)
    {
        written = 0;
        var (bits, count, next) = (0u, 0, 0);
        var (width, highest, limit) = (FirstWidth, EndCode, 1 << FirstWidth);
        var (hasLast, lastStart, lastLength) = (false, 0, 0);
        while (true)
        {
            for (; count < width; count += 8)
            {
                if (next == source.Length) return LzwResult.Corrupt;
                bits |= (uint)source[next++] << count;
            }

            var code = (int)(bits & ((1u << width) - 1));
            bits >>= width;
            count -= width;
            if (code == EndCode) return LzwResult.Complete;
            if (code == ClearCode)
            {
                (width, highest, limit, hasLast) = (FirstWidth, EndCode, 1 << FirstWidth, false);
                continue;
            }

            // The newest entry is the last string and the byte after it, which this very code is about to write.
            if (hasLast) table[highest] = Entry(lastStart, lastLength + 1);
            if (code > highest) return LzwResult.Corrupt;
            var start = written;
            if (!TryAppend(code, table, destination, ref written)) return LzwResult.DestinationTooSmall;
            (hasLast, lastStart, lastLength) = (true, start, written - start);
            highest++;
            if (highest < limit) continue;
            if (width == MaxWidth)
            {
                (hasLast, highest) = (false, highest - 1);
            }
            else
            {
                width++;
                limit <<= 1;
            }
        }
    }

    private static bool TryAppend(int code, ReadOnlySpan<long> table, Span<byte> destination, ref int written)
    {
        if (code < ClearCode)
        {
            if (written == destination.Length) return false;
            destination[written++] = (byte)code;
            return true;
        }

        var (start, length) = ((int)(table[code] >> 32), (int)table[code]);
        if (length > destination.Length - written) return false;
        var target = destination.Slice(written, length);
        if (start + length <= written)
        {
            destination.Slice(start, length).CopyTo(target);
        }
        else
        {
            // The string runs one byte into itself: byte by byte, so that the byte is there when it is needed.
            for (var i = 0; i < length; i++) target[i] = destination[start + i];
        }

        written += length;
        return true;
    }

    private static long Entry(int start, int length) => ((long)start << 32) | (uint)length;
}
