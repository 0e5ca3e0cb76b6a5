namespace Skerry.Libp2p.Wire;

/// <summary>Multiformats' unsigned varint: seven bits a byte, the lowest first, at most nine bytes, no longer than it needs to be.</summary>
internal static class VarInt
{
    /// <summary>The longest there is.</summary>
    public const int MaxLength = 9;

    /// <summary>How many bytes a value takes.</summary>
    public static int LengthOf(ulong value)
    {
        var length = 1;
        while ((value >>= 7) != 0) length++;
        return length;
    }

    /// <summary>Writes a value.</summary>
    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> target, ulong value)
    {
        var length = 0;
        for (; value >= 0x80; value >>= 7) target[length++] = (byte)(value | 0x80);
        target[length++] = (byte)value;
        return length;
    }

    /// <summary>Reads a value from the beginning.</summary>
    /// <param name="source">Where it stands.</param>
    /// <param name="value">The value.</param>
    /// <param name="length">Bytes it took; 0 when it is not whole yet, -1 when it can be none.</param>
    public static bool TryRead(ReadOnlySpan<byte> source, out ulong value, out int length)
    {
        value = 0;
        length = 0;
        for (var i = 0; i < Math.Min(source.Length, MaxLength); i++)
        {
            value |= (ulong)(source[i] & 0x7F) << (7 * i);
            if ((source[i] & 0x80) != 0) continue;
            var isShortest = i == 0 || source[i] != 0;
            length = isShortest ? i + 1 : -1;
            return isShortest;
        }

        if (source.Length >= MaxLength) length = -1;
        return false;
    }
}
