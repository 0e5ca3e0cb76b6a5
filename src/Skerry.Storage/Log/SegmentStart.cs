using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Skerry.Storage.Log;

/// <summary>
/// What a segment begins with: 32 bytes that say what the file is (<c>SKRYWAL</c>, version u8, zeros), and a record with the bounds of the log when it was made, where the segment
/// before it ended, and whose log it is. So segments before it can go, and none can be missing or cut short unnoticed.
/// </summary>
/// <param name="Before">The index before the first entry.</param>
/// <param name="Last">The index of the last entry.</param>
/// <param name="PreviousEnd">Offset where the records of the segment before it end; 0 for the first.</param>
/// <param name="Capacity">Length of the segment's file.</param>
/// <param name="Identity">Whose log it is.</param>
internal sealed record SegmentStart(ulong Before, ulong Last, int PreviousEnd, int Capacity, string Identity)
{
    /// <summary>Offset of the first record.</summary>
    public const int FirstRecord = 32;

    private const byte Version = 1;
    private const int FixedSize = 24;

    private static ReadOnlySpan<byte> Magic => "SKRYWAL"u8;

    public static void WriteMagic(Span<byte> target)
    {
        Magic.CopyTo(target);
        target[Magic.Length] = Version;
    }

    /// <summary>Null when the file is one of this version's segments; otherwise what is wrong.</summary>
    public static string? CheckMagic(ReadOnlySpan<byte> file)
    {
        if (file.Length < FirstRecord || !file[..Magic.Length].SequenceEqual(Magic)) return "the file does not begin as a log segment does";
        return file[Magic.Length] == Version ? null : $"the segment has version {file[Magic.Length]}, and this program reads version {Version}";
    }

    public byte[] ToBytes()
    {
        var identity = Encoding.UTF8.GetBytes(Identity);
        var bytes = new byte[FixedSize + identity.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Before);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), Last);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), PreviousEnd);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(20), Capacity);
        identity.CopyTo(bytes, FixedSize);
        return bytes;
    }

    public static bool TryRead(ReadOnlySpan<byte> source, [NotNullWhen(true)] out SegmentStart? start)
    {
        start = null;
        if (source.Length < FixedSize) return false;
        var before = BinaryPrimitives.ReadUInt64LittleEndian(source);
        var last = BinaryPrimitives.ReadUInt64LittleEndian(source[8..]);
        var previousEnd = BinaryPrimitives.ReadInt32LittleEndian(source[16..]);
        var capacity = BinaryPrimitives.ReadInt32LittleEndian(source[20..]);
        if (last < before || previousEnd < 0 || capacity < 0) return false;
        start = new SegmentStart(before, last, previousEnd, capacity, Encoding.UTF8.GetString(source[FixedSize..]));
        return true;
    }
}
