namespace Skerry.Raft.Driver;

/// <summary>Reads a snapshot for one peer from front to back; the part read last can be had again, and going back further opens it anew.</summary>
internal sealed class SnapshotSender(ulong index, Func<Stream> open) : IDisposable
{
    private Stream? _stream;
    private byte[] _part = [];
    private long _partAt = -1;
    private long _next;
    private bool _isLast;

    public ulong Index => index;

    public ReadOnlyMemory<byte> Read(long offset, int maxBytes, out bool isLast)
    {
        if (offset != _partAt) Advance(offset, maxBytes);
        isLast = _isLast;
        return _part;
    }

    public void Dispose() => _stream?.Dispose();

    private void Advance(long offset, int maxBytes)
    {
        if (_stream is null || offset < _next)
        {
            _stream?.Dispose();
            (_stream, _next) = (open(), 0);
        }

        while (_next < offset)
        {
            var skipped = _stream.Read(new byte[(int)Math.Min(offset - _next, 64 << 10)]);
            if (skipped == 0) break;
            _next += skipped;
        }

        var part = new byte[maxBytes];
        var read = _stream.ReadAtLeast(part, maxBytes, throwOnEndOfStream: false);
        _part = part[..read];
        (_partAt, _next, _isLast) = (offset, offset + read, read < maxBytes);
    }
}
