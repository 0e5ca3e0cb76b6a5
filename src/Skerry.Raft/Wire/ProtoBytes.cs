namespace Skerry.Raft.Wire;

/// <summary>
/// Protobuf's wire format, as far as appends need it: they are most of what is sent and all that is stored, and objects of the schema's types, made for each entry only to be written, would be much of
/// what the collector has to do. Fields that are zero are left out, as the generated code does.
/// </summary>
internal static class ProtoBytes
{
    /// <summary>Bytes of a varint.</summary>
    public static int SizeOf(ulong value) => (70 - System.Numerics.BitOperations.LeadingZeroCount(value | 1)) / 7;

    /// <summary>Bytes of a varint field with a number below 16.</summary>
    public static int SizeOfField(ulong value) => value == 0 ? 0 : 1 + SizeOf(value);

    /// <summary>Writes a varint.</summary>
    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> target, ulong value)
    {
        var length = 0;
        for (; value >= 0x80; value >>= 7) target[length++] = (byte)(value | 0x80);
        target[length++] = (byte)value;
        return length;
    }

    /// <summary>Writes a field's tag and a varint: its value, or the length of the bytes that follow.</summary>
    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> target, byte tag, ulong value)
    {
        target[0] = tag;
        return 1 + Write(target[1..], value);
    }

    /// <summary>Writes a varint field that is left out when it is zero.</summary>
    /// <returns>Bytes written.</returns>
    public static int WriteField(Span<byte> target, byte tag, ulong value) => value == 0 ? 0 : Write(target, tag, value);
}
