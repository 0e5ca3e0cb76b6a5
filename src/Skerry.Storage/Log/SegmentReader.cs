using Skerry.Primitives;

namespace Skerry.Storage.Log;

/// <summary>Walks the records of a segment's bytes, and judges what stands where they end.</summary>
/// <param name="bytes">The whole segment, or as much of it as is known to hold records.</param>
/// <param name="number">The segment's number.</param>
internal ref struct SegmentReader(ReadOnlySpan<byte> bytes, ulong number)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Offset of the next record; once there is none, of where the records end.</summary>
    public int Offset { get; private set; } = SegmentStart.FirstRecord;

    /// <summary>The record that was read last.</summary>
    public RecordHeader Header { get; private set; }

    /// <summary>Offset of the record that was read last.</summary>
    public int At { get; private set; }

    /// <summary>The bytes of the record that was read last.</summary>
    public readonly ReadOnlySpan<byte> Content => _bytes.Slice(At + RecordHeader.Size, Header.Length);

    /// <summary>Reads the next record that is whole.</summary>
    public bool TryNext()
    {
        if (!TryRecord(Offset, out var header)) return false;
        Header = header;
        At = Offset;
        Offset = (int)Math.Min(Offset + RecordHeader.Span(header.Length), _bytes.Length);
        return true;
    }

    /// <summary>
    /// What is wrong where the records end; null when nothing is, or when a crash alone explains it: it keeps or loses each sector that was not flushed, and a lost one is still zeros.
    /// A changed bit is not that, and neither is anything missing that a later record knows to have been flushed.
    /// </summary>
    public readonly string? FindDamage()
    {
        if (Offset >= _bytes.Length) return null;
        for (var offset = Offset + RecordHeader.Size; offset + RecordHeader.Size <= _bytes.Length; offset += RecordHeader.Size)
        {
            if (RecordHeader.TryRead(_bytes[offset..], number, offset, out var later) && later.Flushed > Offset)
                return $"the record there is not readable, and the one at offset {offset} says that it was on disk";
        }

        var rest = _bytes[Offset..];
        if (rest.Length < RecordHeader.Size || !rest[..RecordHeader.Size].ContainsAnyExcept((byte)0)) return null;
        if (!RecordHeader.TryRead(rest, number, Offset, out var header)) return "the header of the record there is not what was written";
        if (header.Length > rest.Length - RecordHeader.Size) return "the record there is longer than the segment";
        var blanks = RecordHeader.CountBlanks(rest.Slice(RecordHeader.Size, header.Length), Offset + RecordHeader.Size);
        return blanks > header.Blanks ? null : "the bytes of the record there are not those that were written";
    }

    private readonly bool TryRecord(int offset, out RecordHeader header)
    {
        header = default;
        return offset + RecordHeader.Size <= _bytes.Length
            && RecordHeader.TryRead(_bytes[offset..], number, offset, out header)
            && header.Length <= _bytes.Length - offset - RecordHeader.Size
            && header.Content == Crc32C.Of(_bytes.Slice(offset + RecordHeader.Size, header.Length));
    }
}
