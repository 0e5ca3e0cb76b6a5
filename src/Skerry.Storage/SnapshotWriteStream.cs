using System.Buffers.Binary;

using Skerry.Storage.Snapshots;

namespace Skerry.Storage;

/// <summary>A snapshot being written. Without <see cref="Complete"/>, disposing it takes back what was written.</summary>
public sealed class SnapshotWriteStream : Stream
{
    /// <summary>Flushed at the latest after so many bytes: one flush of hundreds of megabytes at the end would hold up those of the log beside it.</summary>
    private const long FlushEvery = 8 << 20;

    private readonly IStorageDirectory _directory;
    private readonly string _name;
    private readonly IStorageFile _file;
    private readonly byte[] _block = new byte[SnapshotFormat.BlockHead + SnapshotFormat.MaxBlock];
    private int _used;
    private ulong _blocks;
    private long _offset;
    private long _flushed;
    private long _length;
    private bool _isDone;

    internal SnapshotWriteStream(IStorageDirectory directory, string identity, Snapshot snapshot)
    {
        _directory = directory;
        Snapshot = snapshot;
        _name = SnapshotName.Of(snapshot);
        _file = directory.Create(_name + SnapshotName.Unfinished, 0);
        try
        {
            var head = SnapshotFormat.Head(snapshot, identity);
            _file.Write(0, head);
            _offset = head.Length;
        }
        catch
        {
            TakeBack();
            throw;
        }
    }

    /// <summary>Which.</summary>
    public Snapshot Snapshot { get; }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <summary>Bytes written so far: where a transfer that broke off goes on.</summary>
    public override long Length => _length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_isDone, this);
        _length += buffer.Length;
        while (buffer.Length > 0)
        {
            var part = buffer[..Math.Min(buffer.Length, SnapshotFormat.MaxBlock - _used)];
            part.CopyTo(_block.AsSpan(SnapshotFormat.BlockHead + _used));
            _used += part.Length;
            buffer = buffer[part.Length..];
            if (_used == SnapshotFormat.MaxBlock) WriteBlock();
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Does nothing: only <see cref="Complete"/> makes a snapshot whole and durable.</summary>
    public override void Flush()
    {
    }

    /// <summary>Makes the snapshot whole and durable.</summary>
    /// <exception cref="StorageException">The disk refuses; there is no snapshot.</exception>
    public void Complete()
    {
        ObjectDisposedException.ThrowIf(_isDone, this);
        if (_used > 0) WriteBlock();
        WriteBlock();
        _file.Flush();
        _isDone = true;
        _file.Dispose();
        _directory.Rename(_name + SnapshotName.Unfinished, _name);
        _directory.Flush();
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (!_isDone) TakeBack();
        base.Dispose(disposing);
    }

    private void WriteBlock()
    {
        var content = _block.AsSpan(SnapshotFormat.BlockHead, _used);
        BinaryPrimitives.WriteInt32LittleEndian(_block, _used);
        BinaryPrimitives.WriteUInt32LittleEndian(_block.AsSpan(4), SnapshotFormat.Checksum(_blocks, content));
        var size = SnapshotFormat.BlockHead + _used;
        _file.Write(_offset, _block.AsSpan(0, size));
        _offset += size;
        _blocks++;
        _used = 0;
        if (_offset - _flushed < FlushEvery) return;
        _file.Flush();
        _flushed = _offset;
    }

    private void TakeBack()
    {
        _isDone = true;
        _file.Dispose();
        try
        {
            _directory.Delete(_name + SnapshotName.Unfinished);
        }
        catch (StorageException)
        {
            // The next start deletes it.
        }
    }
}
