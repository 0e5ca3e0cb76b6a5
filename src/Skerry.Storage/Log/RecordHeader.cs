using System.Buffers.Binary;

using Skerry.Primitives;

namespace Skerry.Storage.Log;

/// <summary>
/// What stands before each record's bytes, at an offset that is a multiple of its own size, so that no header lies in two sectors and a crash leaves all of it or nothing.
/// Integers are little-endian.
/// <code>
///  0  checksum   u32  CRC32C of bytes 4..31, after the segment's number and the record's offset: a record is valid in its own place alone
///  4  content    u32  CRC32C of the bytes that follow
///  8  length     u32  how many
/// 12  kind       u8   RecordKind, then three zeros
/// 16  index      u64  the entry's index; the segment's number; the index before the first entry; 0
/// 24  flushed    u32  everything before this offset of the segment was on disk when this record was written
/// 28  blanks     u32  how many sectors of the bytes that follow are all zeros, as far as they belong to them
/// </code>
/// <c>flushed</c> tells a torn tail from damage: what is not readable although a later record says that it was flushed has been lost after it was acknowledged.
/// <c>blanks</c> tells a sector that never reached the disk from one that was written as zeros.
/// </summary>
/// <param name="Content">Checksum of the record's bytes.</param>
/// <param name="Length">Number of the record's bytes.</param>
/// <param name="Kind">What they are.</param>
/// <param name="Index">The number that goes with the kind.</param>
/// <param name="Flushed">Offset before which everything was on disk.</param>
internal readonly record struct RecordHeader(uint Content, int Length, RecordKind Kind, ulong Index, int Flushed)
{
    /// <summary>Size of a header, and what records are aligned to.</summary>
    public const int Size = 32;

    /// <summary>What a disk writes or loses in one piece.</summary>
    private const int Sector = 512;

    /// <summary>Sectors of its bytes that are all zeros as they were written.</summary>
    public int Blanks { get; private init; }

    /// <summary>How far it is from one record to the next.</summary>
    public static long Span(long length) => (Size + length + Size - 1) / Size * Size;

    public static bool TryRead(ReadOnlySpan<byte> source, ulong segment, int offset, out RecordHeader header)
    {
        header = default;
        if (source.Length < Size) return false;
        source = source[..Size];
        if (BinaryPrimitives.ReadUInt32LittleEndian(source) != Checksum(source, segment, offset)) return false;
        header = new RecordHeader(
            BinaryPrimitives.ReadUInt32LittleEndian(source[4..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[8..]),
            (RecordKind)source[12],
            BinaryPrimitives.ReadUInt64LittleEndian(source[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[24..]))
        {
            Blanks = BinaryPrimitives.ReadInt32LittleEndian(source[28..]),
        };
        return header.Length >= 0 && header.Flushed >= 0 && header.Flushed <= offset;
    }

    /// <summary>How many sectors of some bytes are all zeros as far as they belong to them; the one that they begin in the middle of excepted, which is the header's own.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="at">Their offset in the segment.</param>
    public static int CountBlanks(ReadOnlySpan<byte> bytes, int at)
    {
        var blanks = 0;
        for (var begin = ((at - 1) / Sector * Sector) + Sector - at; begin < bytes.Length; begin += Sector)
        {
            if (!bytes[begin..Math.Min(begin + Sector, bytes.Length)].ContainsAnyExcept((byte)0)) blanks++;
        }

        return blanks;
    }

    /// <param name="target">The header's place, and behind it the record's bytes, which are there already.</param>
    /// <param name="segment">The segment's number.</param>
    /// <param name="offset">The header's offset in it.</param>
    public void Write(Span<byte> target, ulong segment, int offset)
    {
        var blanks = CountBlanks(target.Slice(Size, Length), offset + Size);
        target = target[..Size];
        target.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], Content);
        BinaryPrimitives.WriteInt32LittleEndian(target[8..], Length);
        target[12] = (byte)Kind;
        BinaryPrimitives.WriteUInt64LittleEndian(target[16..], Index);
        BinaryPrimitives.WriteInt32LittleEndian(target[24..], Flushed);
        BinaryPrimitives.WriteInt32LittleEndian(target[28..], blanks);
        BinaryPrimitives.WriteUInt32LittleEndian(target, Checksum(target, segment, offset));
    }

    private static uint Checksum(ReadOnlySpan<byte> header, ulong segment, int offset)
    {
        Span<byte> place = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64LittleEndian(place, segment);
        BinaryPrimitives.WriteInt32LittleEndian(place[8..], offset);
        return ~Crc32C.Add(Crc32C.Add(Crc32C.Seed, place), header[4..]);
    }
}
