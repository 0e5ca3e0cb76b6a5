using System.Buffers.Binary;
using System.Text;

namespace Skerry.Replication.Wire;

/// <summary>Reads a message from a stranger: past its end, or past a bound, everything is zero and <see cref="Failed"/> stays set.</summary>
/// <param name="source">The message.</param>
internal ref struct ReplicationReader(ReadOnlySpan<byte> source)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> _rest = source;

    public bool Failed { get; private set; }

    public readonly int Remaining => _rest.Length;

    public void Fail()
    {
        Failed = true;
        _rest = default;
    }

    public byte Byte() => Take(1) is [var value] ? value : (byte)0;

    public ulong UInt64() => Take(8) is { IsEmpty: false } bytes ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;

    public uint UInt32() => Take(4) is { IsEmpty: false } bytes ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;

    /// <summary>A version; one from beyond <see cref="Record.MaxVersion"/> would leave its owner no higher one to answer with.</summary>
    public ulong RecordVersion()
    {
        var version = UInt64();
        if (version >= Record.MaxVersion) Fail();
        return version;
    }

    /// <summary>The count of a list; never more than could be there.</summary>
    public int Count(int smallest)
    {
        var count = UInt32();
        if (count <= (uint)(_rest.Length / smallest)) return (int)count;
        Fail();
        return 0;
    }

    public string Text()
    {
        var length = Take(2) is { IsEmpty: false } bytes ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : 0;
        if (length > Record.MaxName) Fail();
        var text = Take(length);
        if (Failed) return "";
        try
        {
            return Strict.GetString(text);
        }
        catch (DecoderFallbackException)
        {
            Fail();
            return "";
        }
    }

    public ReadOnlyMemory<byte> Bytes(int most)
    {
        var length = UInt32();
        if (length <= (uint)most) return Take((int)length).ToArray();
        Fail();
        return default;
    }

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
