using System.Buffers.Binary;

namespace Skerry.Gossip.Wire;

/// <summary>
/// Finds the end of MessagePack values in bytes that are still arriving. It keeps its place and how many values are still due, no stack,
/// so each byte is looked at once however often more come, and nesting costs nothing.
/// </summary>
internal record struct MessagePackScanner
{
    private long _due;

    /// <summary>Where the next unread value begins.</summary>
    public int Position { get; private set; }

    /// <summary>Bytes needed, from the beginning, before another <see cref="TryAdvance"/> can get further.</summary>
    public int Needed { get; private set; }

    public DecodeError Error { get; private set; }

    /// <summary>A scanner over <paramref name="count"/> values that begin at <paramref name="position"/>.</summary>
    public static MessagePackScanner ForValues(long count, int position = 0) => new() { _due = count, Position = position };

    /// <summary>Goes on over what has arrived, all of it from the beginning.</summary>
    /// <returns>Whether every value is there in full; if not, <see cref="Error"/> says whether it ever can be.</returns>
    public bool TryAdvance(ReadOnlySpan<byte> source)
    {
        while (_due > 0 && Error == DecodeError.None)
        {
            if (!TryMeasure(source[Math.Min(Position, source.Length)..], out var size, out var children)) return false;
            if (size > source.Length - (long)Position)
            {
                Needed = (int)Math.Min(Position + size, int.MaxValue);
                return false;
            }

            Position += (int)size;
            _due += children - 1;
        }

        return Error == DecodeError.None;
    }

    /// <summary>How long a value is without the values inside it, and how many those are.</summary>
    private bool TryMeasure(ReadOnlySpan<byte> source, out long size, out long children)
    {
        (size, children) = (0, 0);
        if (source.IsEmpty) return Need(1);
        var format = source[0];
        switch (format)
        {
            case < MessagePackFormat.FixMap or >= MessagePackFormat.NegativeFixInt or MessagePackFormat.Nil or MessagePackFormat.False or MessagePackFormat.True:
                size = 1;
                return true;
            case < MessagePackFormat.FixArray:
                (size, children) = (1, 2 * (format & 0x0F));
                return true;
            case < MessagePackFormat.FixRaw:
                (size, children) = (1, format & 0x0F);
                return true;
            case < MessagePackFormat.Nil:
                size = 1 + (format & 0x1F);
                return true;
            case >= MessagePackFormat.Float32 and <= MessagePackFormat.FixExt16:
                size = FixedSize(format);
                return true;
            case MessagePackFormat.Nil + 1:
                Error = DecodeError.WrongFormat;
                return false;
            default:
                return TryMeasureCounted(source, format, out size, out children);
        }
    }

    /// <summary>The formats that carry a length or a count of one, two or four bytes.</summary>
    private bool TryMeasureCounted(ReadOnlySpan<byte> source, byte format, out long size, out long children)
    {
        (size, children) = (0, 0);
        var width = format switch
        {
            MessagePackFormat.Bin8 or MessagePackFormat.Ext8 or MessagePackFormat.Raw8 => 1,
            MessagePackFormat.Bin16 or MessagePackFormat.Ext16 or MessagePackFormat.Raw16 or MessagePackFormat.Array16 or MessagePackFormat.Map16 => 2,
            _ => 4,
        };
        if (source.Length < 1 + width) return Need(1 + width);
        long count = width switch
        {
            1 => source[1],
            2 => BinaryPrimitives.ReadUInt16BigEndian(source[1..]),
            _ => BinaryPrimitives.ReadUInt32BigEndian(source[1..]),
        };
        switch (format)
        {
            case MessagePackFormat.Array16 or MessagePackFormat.Array32:
                (size, children) = (1 + width, count);
                break;
            case MessagePackFormat.Map16 or MessagePackFormat.Map32:
                (size, children) = (1 + width, 2 * count);
                break;
            default:
                var extension = format is MessagePackFormat.Ext8 or MessagePackFormat.Ext16 or MessagePackFormat.Ext32 ? 1 : 0;
                size = 1 + width + extension + count;
                break;
        }

        return true;
    }

    private static int FixedSize(byte format) => format switch
    {
        MessagePackFormat.UInt8 or MessagePackFormat.Int8 => 2,
        MessagePackFormat.UInt16 or MessagePackFormat.Int16 => 3,
        MessagePackFormat.UInt32 or MessagePackFormat.Int32 or MessagePackFormat.Float32 => 5,
        MessagePackFormat.UInt64 or MessagePackFormat.Int64 or MessagePackFormat.Float64 => 9,
        _ => 2 + (1 << (format - MessagePackFormat.FixExt1)),
    };

    private bool Need(int count)
    {
        Needed = Position + count;
        return false;
    }
}
