using System.Buffers.Binary;

namespace Skerry.Storage.Snapshots;

/// <summary>Reads a snapshot block by block; a byte is given out only once its block's checksum was right.</summary>
internal sealed class SnapshotReadStream : Stream
{
    private readonly IStorageFile _file;
    private readonly byte[] _block = new byte[SnapshotFormat.BlockHead + SnapshotFormat.MaxBlock];
    private long _offset;
    private ulong _blocks;
    private int _used;
    private int _length;
    private long _position;
    private bool _isAtEnd;

    private SnapshotReadStream(IStorageFile file, long offset)
    {
        _file = file;
        _offset = offset;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public static SnapshotReadStream Open(IStorageDirectory directory, string identity, Snapshot snapshot)
    {
        var file = directory.Open(SnapshotName.Of(snapshot));
        try
        {
            Span<byte> head = stackalloc byte[SnapshotFormat.MaxHead];
            head = head[..file.Read(0, head)];
            if (SnapshotFormat.Check(head, snapshot, identity, out var size) is { } wrong) throw new StorageException($"{file.Name} is not read: {wrong}.");
            return new SnapshotReadStream(file, size);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        if (_used == _length && (_isAtEnd || !ReadBlock())) return 0;
        var count = Math.Min(buffer.Length, _length - _used);
        _block.AsSpan(SnapshotFormat.BlockHead + _used, count).CopyTo(buffer);
        _used += count;
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _file.Dispose();
        base.Dispose(disposing);
    }

    private bool ReadBlock()
    {
        var read = _file.Read(_offset, _block);
        var length = read < SnapshotFormat.BlockHead ? -1 : BinaryPrimitives.ReadInt32LittleEndian(_block);
        if (length < 0 || length > read - SnapshotFormat.BlockHead) throw Damaged();
        var content = _block.AsSpan(SnapshotFormat.BlockHead, length);
        if (BinaryPrimitives.ReadUInt32LittleEndian(_block.AsSpan(4)) != SnapshotFormat.Checksum(_blocks, content)) throw Damaged();
        _offset += SnapshotFormat.BlockHead + length;
        _blocks++;
        _used = 0;
        _length = length;
        _isAtEnd = length == 0;
        return !_isAtEnd;
    }

    private StorageException Damaged() => new($"{_file.Name} is damaged at offset {_offset}: the bytes there are not those that were written.");
}
