using System.Buffers.Binary;

namespace Skerry.Storage.Log;

/// <summary>
/// Reads a log back, segment by segment. Ends with the log as the last flush left it, or as something later that was written whole, or refuses: it never drops what was flushed.
/// </summary>
/// <param name="directory">Where.</param>
/// <param name="identity">Whose log it must be.</param>
internal sealed class LogRecovery(IStorageDirectory directory, string identity)
{
    private const int MaxState = WriteAheadLog.MaxState;

    private readonly List<string> _leftovers = [];
    private byte[] _buffer = [];
    private EntryTable? _table;

    /// <summary>The segments, oldest first; none when the log is new.</summary>
    public List<Segment> Segments { get; } = [];

    /// <summary>The entries that are there.</summary>
    public EntryTable Table => _table ?? new EntryTable(0, 0);

    /// <summary>The state that was set last; empty when none was.</summary>
    public byte[] State { get; private set; } = [];

    /// <summary>What was cut.</summary>
    public WriteAheadLogRecovery Outcome { get; private set; } = new(0, 0, null);

    /// <exception cref="StorageException">The log is damaged or somebody else's, or the disk refuses.</exception>
    public void Run()
    {
        try
        {
            Open();
            SegmentStart? next = null;
            for (var i = 0; i < Segments.Count; i++)
            {
                var start = next ?? ReadStart(Segments[i]);
                next = i + 1 < Segments.Count ? ReadStart(Segments[i + 1]) : null;
                Replay(Segments[i], start, next?.PreviousEnd);
            }

            if (_table is { HasGap: true }) throw Damaged(Segments[0], 0, "the segments before this one are missing, and entries in them were still needed");
            foreach (var name in _leftovers) directory.Delete(name);
            Outcome = Outcome with { Entries = (long)(Table.Last - Table.Before) };
        }
        catch
        {
            foreach (var segment in Segments) segment.File.Dispose();
            throw;
        }
    }

    private StorageException Damaged(Segment segment, int offset, string what) => new(
        $"{segment.File.Name} is damaged at offset {offset}: {what}. Entries up to {_table?.Last ?? 0} are readable; what follows was flushed and is lost here, so this log is not opened. "
        + $"If other servers of the group are up, stop this node, move {directory.Name} away and let the node join again as a new server; otherwise restore {directory.Name} from a backup.");

    private void Open()
    {
        var names = directory.List();
        foreach (var unfinished in names.Where(SegmentName.IsUnfinished)) directory.Delete(unfinished);
        var numbers = new List<ulong>();
        foreach (var name in names)
        {
            if (SegmentName.TryParse(name, out var number)) numbers.Add(number);
        }

        numbers.Sort();
        // Segments are deleted from the oldest on, and a crash keeps any of the deletions: what stands before a gap is left over, unless something is missing then.
        var first = numbers.Count - 1;
        while (first > 0 && numbers[first - 1] == numbers[first] - 1) first--;
        for (var i = 0; i < first; i++) _leftovers.Add(SegmentName.Of(numbers[i]));
        for (var i = Math.Max(0, first); i < numbers.Count; i++)
        {
            var file = directory.Open(SegmentName.Of(numbers[i]));
            Segments.Add(new Segment(numbers[i], file, (int)Math.Min(file.Length, WriteAheadLog.MaxSegment)));
        }
    }

    private SegmentStart ReadStart(Segment segment)
    {
        var size = (int)Math.Min(segment.Capacity, SegmentStart.FirstRecord + RecordHeader.Size + WriteAheadLog.MaxIdentity + RecordHeader.Size);
        var bytes = Load(segment, size);
        if (SegmentStart.CheckMagic(bytes) is { } wrong) throw Damaged(segment, 0, wrong);
        var reader = new SegmentReader(bytes, segment.Number);
        if (!reader.TryNext() || reader.Header.Kind != RecordKind.Segment || reader.Header.Index != segment.Number || !SegmentStart.TryRead(reader.Content, out var start))
            throw Damaged(segment, SegmentStart.FirstRecord, "the segment's first record is not readable");
        if (start.Identity == identity) return start;
        throw new StorageException(
            $"{segment.File.Name} is the log of '{start.Identity}', and this is '{identity}': it is not opened. Give this node a data directory of its own, or start it under the name it had.");
    }

    private void Replay(Segment segment, SegmentStart start, int? knownEnd)
    {
        if (segment.Capacity < start.Capacity) throw Damaged(segment, segment.Capacity, $"the file ends there, and it was made {start.Capacity} bytes long");
        var bytes = Load(segment, knownEnd ?? segment.Capacity);
        var reader = new SegmentReader(bytes, segment.Number);
        _table ??= new EntryTable(start.Before, start.Last);
        if (_table.Before != start.Before || _table.Last != start.Last)
            throw Damaged(segment, 0, $"it begins after entry {start.Last} (first {start.Before + 1}), and the one before it ends with {_table.Last} (first {_table.Before + 1})");
        var flushed = 0;
        while (reader.TryNext())
        {
            flushed = Math.Max(flushed, reader.Header.Flushed);
            Apply(segment, reader);
        }

        segment.End = reader.Offset;
        if (knownEnd is not null)
        {
            if (reader.Offset != knownEnd) throw Damaged(segment, reader.Offset, $"the record there is not readable, and this segment had {knownEnd} bytes of records");
            return;
        }

        if (reader.FindDamage() is { } damage) throw Damaged(segment, reader.Offset, damage);
        Settle(segment, bytes, flushed);
    }

    private void Apply(Segment segment, in SegmentReader reader)
    {
        var header = reader.Header;
        var isSound = header.Kind switch
        {
            RecordKind.Segment => reader.At == SegmentStart.FirstRecord,
            RecordKind.Entry => _table!.CanPut(header.Index),
            RecordKind.State => header.Length <= MaxState,
            RecordKind.Bounds => header.Length == sizeof(ulong) && BinaryPrimitives.ReadUInt64LittleEndian(reader.Content) >= header.Index && header.Index >= _table!.Before,
            _ => false,
        };
        if (!isSound) throw Damaged(segment, reader.At, $"the record there ({header.Kind} {header.Index}) does not follow what stands before it");
        if (header.Kind == RecordKind.Entry) _table!.Put(header.Index, new EntryPlace(segment.Number, reader.At, header.Length));
        else if (header.Kind == RecordKind.State) State = reader.Content.ToArray();
        else if (header.Kind == RecordKind.Bounds) _table!.SetBounds(header.Index, BinaryPrimitives.ReadUInt64LittleEndian(reader.Content));
    }

    /// <summary>
    /// What was found may have come from memory that a flush never reached, or failed to reach: it is written once more, and what lies behind it is wiped, so that no half of an old
    /// record is taken for a new one later. Then all of it is flushed.
    /// </summary>
    private void Settle(Segment segment, ReadOnlySpan<byte> bytes, int flushed)
    {
        segment.File.Write(flushed, bytes[flushed..segment.End]);
        var tail = bytes[segment.End..];
        var length = tail.LastIndexOfAnyExcept((byte)0) + 1;
        if (length > 0)
        {
            segment.File.Write(segment.End, new byte[length]);
            Outcome = Outcome with { CutBytes = length, Cut = $"{segment.File.Name} at offset {segment.End}" };
        }

        segment.File.Flush();
    }

    private ReadOnlySpan<byte> Load(Segment segment, int length)
    {
        if (_buffer.Length < length) _buffer = new byte[length];
        var read = segment.File.Read(0, _buffer.AsSpan(0, length));
        return _buffer.AsSpan(0, read);
    }
}
