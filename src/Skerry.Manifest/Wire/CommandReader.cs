using System.Buffers.Binary;

namespace Skerry.Manifest.Wire;

/// <summary>Reads what <see cref="CommandWriter"/> wrote, or anything else: past the end, or past a bound, everything is zero and <see cref="Failed"/> stays set.</summary>
/// <param name="source">The command.</param>
internal ref struct CommandReader(ReadOnlySpan<byte> source)
{
    private ReadOnlySpan<byte> _rest = source;

    public bool Failed { get; private set; }

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public void Fail()
    {
        Failed = true;
        _rest = default;
    }

    public byte Byte() => Take(1) is [var value] ? value : (byte)0;

    public ulong Fixed() => Take(8) is { IsEmpty: false } bytes ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;

    public ulong Number()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Byte();
            // The tenth byte has room for one bit.
            if (Failed || (shift == 63 && part > 1)) break;
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80) return value;
        }

        Fail();
        return 0;
    }

    public long Signed() => Number() is var value ? (long)(value >> 1) ^ -(long)(value & 1) : 0;

    /// <summary>The count of a list, whose items take a byte each at least.</summary>
    public int Count()
    {
        var count = Number();
        if (count <= (ulong)_rest.Length) return (int)count;
        Fail();
        return 0;
    }

    public byte[] Bytes() => Take(Count()).ToArray();

    /// <summary>Text of a session; what is too long or no UTF-8 fails.</summary>
    public string Text()
    {
        var bytes = Take(Count());
        if (bytes.Length <= ManifestSession.MaxText && System.Text.Unicode.Utf8.IsValid(bytes)) return System.Text.Encoding.UTF8.GetString(bytes);
        Fail();
        return "";
    }

    public KeyRange Range() => new(Bytes(), Bytes());

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _rest.Length)
        {
            Fail();
            return default;
        }

        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}
