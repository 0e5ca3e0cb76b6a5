using System.Buffers;
using System.Buffers.Binary;

namespace Skerry.Manifest.Wire;

/// <summary>Writes the parts of a command: numbers as varints (7 bits a byte, low ones first; signed ones as zigzag), bytes behind their length.</summary>
internal readonly struct CommandWriter(ArrayBufferWriter<byte> target)
{
    public void Byte(byte value)
    {
        target.GetSpan(1)[0] = value;
        target.Advance(1);
    }

    public void Flags(bool first, bool second = false, bool third = false, bool fourth = false) =>
        Byte((byte)((first ? 1 : 0) | (second ? 2 : 0) | (third ? 4 : 0) | (fourth ? 8 : 0)));

    public void Fixed(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(target.GetSpan(8), value);
        target.Advance(8);
    }

    public void Number(ulong value)
    {
        var span = target.GetSpan(10);
        var length = 0;
        for (; value >= 0x80; value >>= 7) span[length++] = (byte)(value | 0x80);
        span[length++] = (byte)value;
        target.Advance(length);
    }

    public void Signed(long value) => Number(((ulong)value << 1) ^ (ulong)(value >> 63));

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Number((ulong)value.Length);
        target.Write(value);
    }

    public void Text(string value) => Bytes(System.Text.Encoding.UTF8.GetBytes(value));

    public void Range(in KeyRange range)
    {
        Bytes(range.Start.Span);
        Bytes(range.End.Span);
    }
}
