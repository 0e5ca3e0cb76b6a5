using System.Buffers;
using System.Buffers.Binary;
using System.Text;

using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Wire;

/// <summary>
/// Writes the MessagePack dialect of go-msgpack 0.5.5: no str8, no bin, every integer in its shortest unsigned form.
/// Starts in the caller's span and moves to a pooled array when that is full; dispose it to give the array back.
/// </summary>
/// <param name="initial">Where to write first, usually on the stack.</param>
internal ref struct MessagePackWriter(Span<byte> initial) : IDisposable
{
    private Span<byte> _buffer = initial;
    private byte[]? _rented;
    private int _length;

    public readonly int Length => _length;

    public readonly ReadOnlySpan<byte> Written => _buffer[.._length];

    /// <summary>A raw byte, such as a message's number.</summary>
    public void WriteByte(byte value) => Reserve(1)[0] = value;

    /// <summary>Raw bytes, no header.</summary>
    public void WriteVerbatim(scoped ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    public void WriteNil() => WriteByte(MessagePackFormat.Nil);

    public void WriteMapHeader(int count) => WriteCount(count, MessagePackFormat.FixMap, MessagePackFormat.Map16);

    public void WriteArrayHeader(int count) => WriteCount(count, MessagePackFormat.FixArray, MessagePackFormat.Array16);

    /// <summary>A struct's field name: at most 31 ASCII characters.</summary>
    public void WriteField(scoped ReadOnlySpan<byte> name)
    {
        var target = Reserve(1 + name.Length);
        target[0] = (byte)(MessagePackFormat.FixRaw | name.Length);
        name.CopyTo(target[1..]);
    }

    public void WriteUnsigned(ulong value)
    {
        switch (value)
        {
            case <= 0x7F:
                WriteByte((byte)value);
                break;
            case <= byte.MaxValue:
                var two = Reserve(2);
                two[0] = MessagePackFormat.UInt8;
                two[1] = (byte)value;
                break;
            case <= ushort.MaxValue:
                WriteHeader16(MessagePackFormat.UInt16, (ushort)value);
                break;
            case <= uint.MaxValue:
                WriteHeader32(MessagePackFormat.UInt32, (uint)value);
                break;
            default:
                var nine = Reserve(9);
                nine[0] = MessagePackFormat.UInt64;
                BinaryPrimitives.WriteUInt64BigEndian(nine[1..], value);
                break;
        }
    }

    public void WriteSigned(long value)
    {
        if (value >= 0)
        {
            WriteUnsigned((ulong)value);
        }
        else if (value >= -32)
        {
            WriteByte((byte)value);
        }
        else
        {
            var target = Reserve(9);
            target[0] = MessagePackFormat.Int64;
            BinaryPrimitives.WriteInt64BigEndian(target[1..], value);
        }
    }

    public void WriteBoolean(bool value) => WriteByte(value ? MessagePackFormat.True : MessagePackFormat.False);

    public void WriteSingle(float value)
    {
        var target = Reserve(5);
        target[0] = MessagePackFormat.Float32;
        BinaryPrimitives.WriteSingleBigEndian(target[1..], value);
    }

    public void WriteString(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        WriteRawHeader(length);
        Encoding.UTF8.GetBytes(value, Reserve(length));
    }

    /// <summary>Bytes; nil when there are none.</summary>
    public void WriteBytes(scoped ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            WriteNil();
        }
        else
        {
            WriteRawHeader(value.Length);
            WriteVerbatim(value);
        }
    }

    /// <summary>The raw bytes of an IP; nil when there is none.</summary>
    public void WriteIP(NodeAddress address)
    {
        Span<byte> ip = stackalloc byte[NodeAddress.MaxIPLength];
        WriteBytes(ip[..address.WriteIP(ip)]);
    }

    /// <summary>As many version bytes as there were; nil when there were none.</summary>
    public void WriteVersions(ProtocolVersions versions)
    {
        Span<byte> bytes = stackalloc byte[ProtocolVersions.FullLength];
        for (var i = 0; i < versions.Length; i++) bytes[i] = versions[i];
        WriteBytes(bytes[..versions.Length]);
    }

    /// <summary>The header of a string or of bytes.</summary>
    public void WriteRawHeader(int length)
    {
        if (length < 32) WriteByte((byte)(MessagePackFormat.FixRaw | length));
        else if (length <= ushort.MaxValue) WriteHeader16(MessagePackFormat.Raw16, (ushort)length);
        else WriteHeader32(MessagePackFormat.Raw32, (uint)length);
    }

    public readonly byte[] ToArray() => Written.ToArray();

    public void Dispose()
    {
        if (_rented is null) return;
        ArrayPool<byte>.Shared.Return(_rented);
        this = default;
    }

    private void WriteCount(int count, byte fix, byte format16)
    {
        if (count < 16) WriteByte((byte)(fix | count));
        else if (count <= ushort.MaxValue) WriteHeader16(format16, (ushort)count);
        else WriteHeader32((byte)(format16 + 1), (uint)count);
    }

    private void WriteHeader16(byte format, ushort value)
    {
        var target = Reserve(3);
        target[0] = format;
        BinaryPrimitives.WriteUInt16BigEndian(target[1..], value);
    }

    private void WriteHeader32(byte format, uint value)
    {
        var target = Reserve(5);
        target[0] = format;
        BinaryPrimitives.WriteUInt32BigEndian(target[1..], value);
    }

    private Span<byte> Reserve(int count)
    {
        if (_buffer.Length - _length < count) Grow(count);
        var target = _buffer.Slice(_length, count);
        _length += count;
        return target;
    }

    private void Grow(int count)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_length + count, 2 * _buffer.Length));
        Written.CopyTo(larger);
        if (_rented is not null) ArrayPool<byte>.Shared.Return(_rented);
        _buffer = _rented = larger;
    }
}
