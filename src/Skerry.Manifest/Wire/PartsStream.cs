namespace Skerry.Manifest.Wire;

/// <summary>Reads pieces of memory one after the other.</summary>
/// <param name="parts">They.</param>
internal sealed class PartsStream(IEnumerable<ReadOnlyMemory<byte>> parts) : Stream
{
    private readonly IEnumerator<ReadOnlyMemory<byte>> _parts = parts.GetEnumerator();
    private ReadOnlyMemory<byte> _current;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        while (_current.IsEmpty && !buffer.IsEmpty)
        {
            if (!_parts.MoveNext()) return 0;
            _current = _parts.Current;
        }

        var length = Math.Min(buffer.Length, _current.Length);
        _current.Span[..length].CopyTo(buffer);
        _current = _current[length..];
        return length;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        // Nothing is written.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _parts.Dispose();
        base.Dispose(disposing);
    }
}
