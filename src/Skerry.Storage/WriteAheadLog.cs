using System.Buffers.Binary;
using System.Text;

using Skerry.Primitives;
using Skerry.Storage.Log;

namespace Skerry.Storage;

/// <summary>
/// Entries with contiguous indexes and one small state beside them, in segments that are appended to and never rewritten. What <see cref="Append"/> and <see cref="SetState"/> took
/// is on disk once <see cref="Flush"/> has returned, not before; one flush serves everything since the last. After a crash the log is as the last flush left it, or has more of what
/// was appended after it, in order; it is never something else. No thread, no lock, no clock: one caller at a time.
/// <para>A full disk is a <see cref="StorageException"/> with <see cref="StorageException.IsFull"/>: the call did nothing, or for <see cref="Flush"/> is to be made again. After any other
/// error of the disk every call throws: what such a disk holds is known only once it is read again.</para>
/// </summary>
public sealed class WriteAheadLog : IDisposable
{
    /// <summary>Most bytes of an entry.</summary>
    public const int MaxEntry = 64 << 20;

    /// <summary>Most bytes of the state.</summary>
    public const int MaxState = 1024;

    /// <summary>Most UTF-8 bytes of an identity.</summary>
    public const int MaxIdentity = 1024;

    internal const int MaxSegment = 1 << 30;

    private const int MinSegment = 4 << 10;

    /// <summary>Room at a segment's end that bounds alone may take: a full disk is made room on by compaction, and compaction writes bounds. 8 of them.</summary>
    private const int Reserve = 8 * 2 * RecordHeader.Size;

    /// <summary>How much waits in memory for a flush at most, a larger entry excepted.</summary>
    private const int MaxPending = 1 << 20;

    private readonly IStorageDirectory _directory;
    private readonly string _identity;
    private readonly int _segmentSize;
    private readonly List<Segment> _segments;
    private readonly EntryTable _table;
    private byte[] _state;
    private byte[] _pending = new byte[64 << 10];
    private int _written;
    private int _flushed;
    private SpareSegment? _spare;
    private StorageException? _broken;

    private WriteAheadLog(IStorageDirectory directory, string identity, int segmentSize, LogRecovery recovery)
    {
        _directory = directory;
        _identity = identity;
        _segmentSize = segmentSize;
        _segments = recovery.Segments;
        _table = recovery.Table;
        _state = recovery.State;
        Recovery = recovery.Outcome;
        if (_segments.Count > 0) _written = _flushed = Current.End;
    }

    /// <summary>What was found on opening.</summary>
    public WriteAheadLogRecovery Recovery { get; }

    /// <summary>Index of the first entry; one above <see cref="LastIndex"/> when there is none.</summary>
    public ulong FirstIndex => _table.Before + 1;

    /// <summary>Index of the last entry, appended or flushed; 0 in a new log.</summary>
    public ulong LastIndex => _table.Last;

    /// <summary>The state as set last; empty when it never was.</summary>
    public ReadOnlyMemory<byte> State => _state;

    /// <summary>Bytes of all entries.</summary>
    public long Size => _table.Bytes;

    /// <summary>Bytes on disk.</summary>
    public long DiskSize => _segments.Sum(segment => (long)segment.Capacity);

    /// <summary>Whether <see cref="MakeSpare"/> is worth its while: the segment that is written is half full, and there is no spare one.</summary>
    public bool WantsSpare => _spare is null && _broken is null && Current.End > Current.Capacity / 2;

    private Segment Current => _segments[^1];

    /// <summary>Opens a log, and makes one where there is none.</summary>
    /// <param name="directory">Where its files are, beside those of others.</param>
    /// <param name="identity">Whose it is, such as group and node; a log of another one is refused.</param>
    /// <param name="options">How it lies on disk; null: the defaults.</param>
    /// <exception cref="StorageException">It is damaged where it was flushed, or somebody else's, or the disk refuses. The message says where and what to do.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The options are outside their range, or the identity is too long.</exception>
    public static WriteAheadLog Open(IStorageDirectory directory, string identity, WriteAheadLogOptions? options = null)
    {
        var size = (options ?? new WriteAheadLogOptions()).SegmentSize;
        ArgumentOutOfRangeException.ThrowIfLessThan(size, MinSegment, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, MaxSegment, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Encoding.UTF8.GetByteCount(identity), MaxIdentity, nameof(identity));
        var recovery = new LogRecovery(directory, identity);
        recovery.Run();
        var log = new WriteAheadLog(directory, identity, size, recovery);
        try
        {
            // A process that died right after a rename has left a name that we see and the disk may not have.
            directory.Flush();
            if (log._segments.Count == 0) log.Rotate(0);
            log.DropSegments();
            return log;
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    /// <summary>Appends an entry in the place of everything from <paramref name="index"/> on.</summary>
    /// <param name="index">Its index.</param>
    /// <param name="entry">The entry, or its beginning.</param>
    /// <param name="rest">The rest of it, for who has it in two pieces.</param>
    /// <exception cref="ArgumentOutOfRangeException">The index is below the first or leaves a gap, or the entry is larger than <see cref="MaxEntry"/>.</exception>
    /// <exception cref="StorageException">No room, or the log is broken.</exception>
    public void Append(ulong index, ReadOnlySpan<byte> entry, ReadOnlySpan<byte> rest = default)
    {
        if (!_table.CanPut(index)) throw new ArgumentOutOfRangeException(nameof(index), index, $"The log holds {FirstIndex} to {LastIndex}: an entry goes in there or directly behind.");
        var length = (long)entry.Length + rest.Length;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MaxEntry, nameof(entry));
        var offset = Add(RecordKind.Entry, index, entry, rest);
        _table.Put(index, new EntryPlace(Current.Number, offset, (int)length));
    }

    /// <summary>Replaces the state.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is larger than <see cref="MaxState"/>.</exception>
    /// <exception cref="StorageException">No room, or the log is broken.</exception>
    public void SetState(ReadOnlySpan<byte> state)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(state.Length, MaxState, nameof(state));
        Add(RecordKind.State, 0, state);
        _state = state.ToArray();
    }

    /// <summary>
    /// Gives everything before it to the system, which is what <see cref="Flush"/> begins with. A <see cref="Flush"/> directly after it touches nothing that <see cref="Read"/> does, so that
    /// another thread may read meanwhile: the one exception to one caller at a time.
    /// </summary>
    /// <exception cref="StorageException">No room: the same call may succeed later. Anything else: the log is broken.</exception>
    public void Write()
    {
        ThrowIfBroken();
        WritePending();
    }

    /// <summary>Makes everything before it durable; does nothing when everything is.</summary>
    /// <exception cref="StorageException">No room: the same call may succeed later. Anything else: the log is broken.</exception>
    public void Flush()
    {
        ThrowIfBroken();
        WritePending();
        if (_flushed == _written) return;
        Guard(Current.File.Flush);
        _flushed = _written;
    }

    /// <summary>
    /// Makes the next segment ahead of its time, since to reserve and zero one takes as long as hundreds of flushes. May run beside everything else, on any thread, one at a time;
    /// <see cref="Offer"/> gives it to the log.
    /// </summary>
    /// <exception cref="StorageException">No room, or the disk refuses; the log is as it was.</exception>
    public SpareSegment MakeSpare()
    {
        var file = _directory.Create(SegmentName.Spare, _segmentSize);
        try
        {
            file.Flush();
            return new SpareSegment(file, _segmentSize);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Gives the log a segment to use next.</summary>
    public void Offer(SpareSegment spare)
    {
        Invariant.That(_spare is null);
        _spare = spare;
    }

    /// <summary>Reads an entry, flushed or not.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none at that index.</exception>
    /// <exception cref="StorageException">It is not what was written any more, or the disk refuses.</exception>
    public byte[] Read(ulong index)
    {
        if (index < FirstIndex || index > LastIndex) throw new ArgumentOutOfRangeException(nameof(index), index, $"The log holds {FirstIndex} to {LastIndex}.");
        ThrowIfBroken();
        var place = _table[index];
        var bytes = new byte[place.Length];
        if (place.Segment == Current.Number && place.Offset >= _written)
        {
            _pending.AsSpan(place.Offset - _written + RecordHeader.Size, place.Length).CopyTo(bytes);
            return bytes;
        }

        var file = _segments[(int)(place.Segment - _segments[0].Number)].File;
        Span<byte> head = stackalloc byte[RecordHeader.Size];
        var read = file.Read(place.Offset, head) + file.Read(place.Offset + RecordHeader.Size, bytes);
        var isSound = read == head.Length + bytes.Length
            && RecordHeader.TryRead(head, place.Segment, place.Offset, out var header)
            && header.Index == index && header.Length == bytes.Length && header.Content == Crc32C.Of(bytes);
        if (isSound) return bytes;
        throw Break(new StorageException($"{file.Name} is damaged at offset {place.Offset}: entry {index} is not what was written. Stop this node and let it join again as a new server."));
    }

    /// <summary>Drops entries up to <paramref name="index"/>, durably, and deletes segments that hold nothing else. Above <see cref="LastIndex"/> it empties the log, which goes on there.</summary>
    /// <exception cref="StorageException">No room, or the log is broken.</exception>
    public void CompactTo(ulong index)
    {
        if (index >= FirstIndex) SetBounds(index, Math.Max(index, LastIndex));
        Flush();
        DropSegments();
    }

    /// <summary>Drops all entries, durably; the next one is <paramref name="index"/> + 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is below what was compacted.</exception>
    /// <exception cref="StorageException">No room, or the log is broken.</exception>
    public void Reset(ulong index)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(index, FirstIndex - 1);
        SetBounds(index, index);
        Flush();
        DropSegments();
    }

    /// <summary>Closes the files. What was not flushed is not flushed by this.</summary>
    public void Dispose()
    {
        _broken ??= new StorageException($"The log in {_directory.Name} is closed.");
        foreach (var segment in _segments) segment.File.Dispose();
        _spare?.Dispose();
    }

    private void SetBounds(ulong before, ulong last)
    {
        Span<byte> content = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(content, last);
        Add(RecordKind.Bounds, before, content);
        _table.SetBounds(before, last);
    }

    /// <summary>Puts a record behind the others, in memory. Nothing has happened when it throws for want of room.</summary>
    private int Add(RecordKind kind, ulong index, ReadOnlySpan<byte> content, ReadOnlySpan<byte> rest = default)
    {
        ThrowIfBroken();
        var length = content.Length + rest.Length;
        var span = (int)RecordHeader.Span(length);
        var room = Current.Capacity - Current.End - (kind == RecordKind.Bounds ? 0 : Reserve);
        if (span > room) Rotate(span);
        else if (Current.End - _written + span > MaxPending) WritePending();
        var offset = Current.End;
        var target = Room(span);
        var body = target.Slice(RecordHeader.Size, length);
        content.CopyTo(body);
        rest.CopyTo(body[content.Length..]);
        target[(RecordHeader.Size + length)..].Clear();
        new RecordHeader(Crc32C.Of(body), length, kind, index, _flushed).Write(target, Current.Number, offset);
        Current.End += span;
        return offset;
    }

    private Span<byte> Room(int span)
    {
        var used = Current.End - _written;
        if (used + span > _pending.Length) Array.Resize(ref _pending, Math.Max(used + span, _pending.Length * 2));
        return _pending.AsSpan(used, span);
    }

    private void WritePending()
    {
        if (Current.End == _written) return;
        Guard(() => Current.File.Write(_written, _pending.AsSpan(0, Current.End - _written)));
        _written = Current.End;
        if (_pending.Length > 4 * MaxPending) _pending = new byte[MaxPending];
    }

    /// <summary>Begins a new segment with room for <paramref name="span"/> bytes, once everything before it is on disk. It is there whole, under its name, or not at all.</summary>
    private void Rotate(int span)
    {
        if (_segments.Count > 0) Flush();
        var number = _segments.Count > 0 ? Current.Number + 1 : 1;
        var name = SegmentName.Of(number);
        var identity = Encoding.UTF8.GetByteCount(_identity);
        var head = SegmentStart.FirstRecord + RecordHeader.Span(MaxStart(identity)) + RecordHeader.Span(_state.Length);
        var capacity = (int)Math.Max(_segmentSize, head + span + Reserve);
        Guard(() =>
        {
            var (file, made) = TakeFile(capacity, name + SegmentName.Unfinished);
            try
            {
                var length = (int)file.Length;
                var end = WriteStart(file, number, length);
                file.Flush();
                _directory.Rename(made, name);
                _directory.Flush();
                _segments.Add(new Segment(number, file, length) { End = end });
                _written = _flushed = end;
            }
            catch
            {
                file.Dispose();
                throw;
            }
        });
    }

    private (IStorageFile File, string Name) TakeFile(int capacity, string name)
    {
        var spare = _spare;
        if (spare is null || spare.Capacity < capacity) return (_directory.Create(name, capacity), name);
        _spare = null;
        return (spare.File, SegmentName.Spare);
    }

    private static int MaxStart(int identity) => 64 + identity;

    private int WriteStart(IStorageFile file, ulong number, int capacity)
    {
        var start = new SegmentStart(_table.Before, _table.Last, _segments.Count > 0 ? Current.End : 0, capacity, _identity).ToBytes();
        var records = SegmentStart.FirstRecord + (int)RecordHeader.Span(start.Length);
        var bytes = new byte[records + RecordHeader.Span(_state.Length)];
        SegmentStart.WriteMagic(bytes);
        Put(bytes, SegmentStart.FirstRecord, RecordKind.Segment, number, start);
        Put(bytes, records, RecordKind.State, 0, _state);
        file.Write(0, bytes);
        return bytes.Length;

        void Put(Span<byte> target, int offset, RecordKind kind, ulong index, ReadOnlySpan<byte> content)
        {
            content.CopyTo(target[(offset + RecordHeader.Size)..]);
            new RecordHeader(Crc32C.Of(content), content.Length, kind, index, 0).Write(target[offset..], number, offset);
        }
    }

    /// <summary>Deletes the oldest segments while they hold no entry. One that is there again after a crash is deleted on opening: nothing waits for the disk here.</summary>
    private void DropSegments()
    {
        var needed = _table.First?.Segment ?? Current.Number;
        while (_segments[0].Number < needed)
        {
            Guard(() => _directory.Delete(SegmentName.Of(_segments[0].Number)));
            _segments[0].File.Dispose();
            _segments.RemoveAt(0);
        }
    }

    private void ThrowIfBroken()
    {
        if (_broken is not null) throw new StorageException(_broken.Message, _broken);
    }

    /// <summary>A disk that is full has done nothing wrong; after any other error nothing it holds is trusted until it is read again.</summary>
    private void Guard(Action call)
    {
        try
        {
            call();
        }
        catch (StorageException refused) when (!refused.IsFull)
        {
            throw Break(refused);
        }
    }

    private StorageException Break(StorageException refused) =>
        _broken = new StorageException($"{refused.Message} The log in {_directory.Name} is not used any more: what it holds is certain only after a restart.", refused);
}
