using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Wire;

/// <summary>
/// Reads the MessagePack dialect of go-msgpack, old and new, from hostile bytes. The first error sticks: every later read gives a zero
/// value and moves nowhere, so a decoder reads its fields and asks <see cref="Error"/> once at the end. Nothing is allocated by a length
/// that is not there in bytes.
/// </summary>
/// <param name="source">What came.</param>
internal ref struct MessagePackReader(ReadOnlySpan<byte> source)
{
    private readonly ReadOnlySpan<byte> _source = source;
    private int _position;

    /// <summary>The first thing that was wrong.</summary>
    public DecodeError Error { get; private set; }

    public readonly bool Ok => Error == DecodeError.None;

    /// <summary>Bytes read so far: in streams, raw bytes follow an object with no separator.</summary>
    public readonly int Position => _position;

    public readonly int Remaining => _source.Length - _position;

    /// <summary>Records what is wrong, unless something was already.</summary>
    public void Fail(DecodeError error)
    {
        if (Error == DecodeError.None) Error = error;
    }

    /// <summary>Begins a struct: a map, an array in declaration order, or nil (no fields).</summary>
    public StructCursor BeginStruct()
    {
        var format = PeekFormat();
        if (format is >= MessagePackFormat.FixArray and < MessagePackFormat.FixRaw or MessagePackFormat.Array16 or MessagePackFormat.Array32)
        {
            return new StructCursor(ReadArrayHeader(), IsMap: false);
        }

        return new StructCursor(ReadMapHeader(), IsMap: true);
    }

    /// <summary>Moves to the value of the next field in the table, over unknown ones.</summary>
    /// <returns>False at the end, or when something is wrong.</returns>
    public bool NextField(FieldTable fields, ref StructCursor cursor, out int field)
    {
        while (Ok && cursor.Position < cursor.Count)
        {
            field = cursor.IsMap ? fields.Find(ReadRaw()) : cursor.Position < fields.Count ? cursor.Position : -1;
            cursor.Position++;
            if (field >= 0) return Ok;
            Skip();
        }

        field = -1;
        return false;
    }

    /// <summary>Entries of a map, each a key and a value; nil is an empty one.</summary>
    public int ReadMapHeader()
    {
        var format = ReadFormat();
        var count = format switch
        {
            >= MessagePackFormat.FixMap and < MessagePackFormat.FixArray => format & 0x0Fu,
            MessagePackFormat.Map16 => ReadBigEndian16(),
            MessagePackFormat.Map32 => ReadBigEndian32(),
            MessagePackFormat.Nil => 0u,
            _ => Refuse(),
        };
        return CheckedCount(count, bytesEach: 2);
    }

    /// <summary>Items of an array; nil is an empty one.</summary>
    public int ReadArrayHeader()
    {
        var format = ReadFormat();
        var count = format switch
        {
            >= MessagePackFormat.FixArray and < MessagePackFormat.FixRaw => format & 0x0Fu,
            MessagePackFormat.Array16 => ReadBigEndian16(),
            MessagePackFormat.Array32 => ReadBigEndian32(),
            MessagePackFormat.Nil => 0u,
            _ => Refuse(),
        };
        return CheckedCount(count, bytesEach: 1);
    }

    /// <summary>A string or bytes, in any of the raw and bin forms; nil is empty.</summary>
    public ReadOnlySpan<byte> ReadRaw()
    {
        var format = ReadFormat();
        var length = format switch
        {
            >= MessagePackFormat.FixRaw and < MessagePackFormat.Nil => format & 0x1Fu,
            MessagePackFormat.Raw8 or MessagePackFormat.Bin8 => ReadByte(),
            MessagePackFormat.Raw16 or MessagePackFormat.Bin16 => ReadBigEndian16(),
            MessagePackFormat.Raw32 or MessagePackFormat.Bin32 => ReadBigEndian32(),
            MessagePackFormat.Nil => 0u,
            _ => Refuse(),
        };
        return Take(length);
    }

    /// <summary>A text; what is not UTF-8 is an error.</summary>
    public string ReadString()
    {
        var bytes = ReadRaw();
        if (bytes.IsEmpty) return "";
        if (Utf8.IsValid(bytes)) return Encoding.UTF8.GetString(bytes);
        Fail(DecodeError.InvalidText);
        return "";
    }

    public ByteString ReadByteString() => ByteString.CopyOf(ReadRaw());

    /// <summary>The raw bytes of an IP, as an address with port 0.</summary>
    public NodeAddress ReadIP()
    {
        var ip = ReadRaw();
        if (!NodeAddress.TryCreate(ip, 0, out var address)) Fail(DecodeError.InvalidAddress);
        return address;
    }

    public ProtocolVersions ReadVersions() => new(ReadRaw());

    public byte ReadUInt8() => (byte)ReadUnsigned(byte.MaxValue);

    public ushort ReadUInt16() => (ushort)ReadUnsigned(ushort.MaxValue);

    public uint ReadUInt32() => (uint)ReadUnsigned(uint.MaxValue);

    public ulong ReadUInt64() => ReadUnsigned(ulong.MaxValue);

    /// <summary>A number that is neither negative nor above <see cref="int.MaxValue"/>.</summary>
    public int ReadLength() => (int)ReadUnsigned(int.MaxValue);

    public long ReadInt64()
    {
        var value = ReadInteger(out var negative);
        if (negative || value <= long.MaxValue) return (long)value;
        Fail(DecodeError.OutOfRange);
        return 0;
    }

    /// <summary>True, false, 1, 0 or nil.</summary>
    public bool ReadBoolean()
    {
        var format = ReadFormat();
        if (format is MessagePackFormat.False or MessagePackFormat.True) return format == MessagePackFormat.True;
        if (format is 0 or 1) return format == 1;
        if (format != MessagePackFormat.Nil) Fail(DecodeError.WrongFormat);
        return false;
    }

    /// <summary>A float of either width, or an integer.</summary>
    public double ReadDouble()
    {
        switch (PeekFormat())
        {
            case MessagePackFormat.Float32:
                _position++;
                return BitConverter.UInt32BitsToSingle(ReadBigEndian32());
            case MessagePackFormat.Float64:
                _position++;
                return BitConverter.UInt64BitsToDouble(ReadBigEndian64());
            default:
                var value = ReadInteger(out var negative);
                return negative ? (long)value : value;
        }
    }

    /// <summary>Passes over a value, however deeply nested, without recursion.</summary>
    public void Skip()
    {
        var scanner = MessagePackScanner.ForValues(1);
        if (!scanner.TryAdvance(_source[_position..])) Fail(scanner.Error == DecodeError.None ? DecodeError.Truncated : scanner.Error);
        else _position += scanner.Position;
    }

    /// <summary>The next <paramref name="count"/> bytes as they are.</summary>
    public ReadOnlySpan<byte> Take(uint count)
    {
        if (!Ok) return default;
        if (count > (uint)Remaining)
        {
            Fail(DecodeError.Truncated);
            return default;
        }

        var taken = _source.Slice(_position, (int)count);
        _position += (int)count;
        return taken;
    }

    private ulong ReadUnsigned(ulong max)
    {
        var value = ReadInteger(out var negative);
        if (!negative && value <= max) return value;
        Fail(DecodeError.OutOfRange);
        return 0;
    }

    /// <summary>An integer of any width and sign; a negative one as its two's complement. Nil is zero.</summary>
    private ulong ReadInteger(out bool negative)
    {
        var format = ReadFormat();
        var value = format switch
        {
            <= 0x7F => format,
            >= MessagePackFormat.NegativeFixInt => (sbyte)format,
            MessagePackFormat.UInt8 => ReadByte(),
            MessagePackFormat.UInt16 => ReadBigEndian16(),
            MessagePackFormat.UInt32 => ReadBigEndian32(),
            MessagePackFormat.UInt64 or MessagePackFormat.Int64 => (long)ReadBigEndian64(),
            MessagePackFormat.Int8 => (sbyte)ReadByte(),
            MessagePackFormat.Int16 => (short)ReadBigEndian16(),
            MessagePackFormat.Int32 => (int)ReadBigEndian32(),
            MessagePackFormat.Nil => 0,
            _ => Refuse(),
        };
        negative = value < 0 && format != MessagePackFormat.UInt64;
        return (ulong)value;
    }

    private int CheckedCount(uint count, int bytesEach)
    {
        if (!Ok) return 0;
        if (count <= (uint)(Remaining / bytesEach)) return (int)count;
        Fail(DecodeError.Truncated);
        return 0;
    }

    private readonly byte PeekFormat() => Ok && _position < _source.Length ? _source[_position] : MessagePackFormat.Nil;

    private byte ReadFormat() => ReadByte();

    private byte ReadByte()
    {
        if (Ok && _position < _source.Length) return _source[_position++];
        Fail(DecodeError.Truncated);
        return MessagePackFormat.Nil;
    }

    private ushort ReadBigEndian16()
    {
        var bytes = Take(2);
        return bytes.IsEmpty ? (ushort)0 : BinaryPrimitives.ReadUInt16BigEndian(bytes);
    }

    private uint ReadBigEndian32()
    {
        var bytes = Take(4);
        return bytes.IsEmpty ? 0 : BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    private ulong ReadBigEndian64()
    {
        var bytes = Take(8);
        return bytes.IsEmpty ? 0 : BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }

    private byte Refuse()
    {
        Fail(DecodeError.WrongFormat);
        return 0;
    }
}
