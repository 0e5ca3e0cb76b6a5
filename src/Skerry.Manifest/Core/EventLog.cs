namespace Skerry.Manifest.Core;

/// <summary>Every change since the last compaction, in order. Appended to in place; what a view covers never changes.</summary>
internal sealed class EventLog
{
    public const int ChunkSize = 1024;

    private EventEntry[][] _chunks = [];
    private long _offset;
    private long _first;
    private long _end;

    public EventLogView View => new(_chunks, _offset, _first, _end);

    public void Append(KeyRecord record, KeyVersion version)
    {
        var chunk = (int)((_end - _offset) / ChunkSize);
        if (chunk == _chunks.Length) Array.Resize(ref _chunks, Math.Max(4, _chunks.Length * 2));
        (_chunks[chunk] ??= new EventEntry[ChunkSize])[(_end - _offset) % ChunkSize] = new EventEntry(record, version);
        _end++;
    }

    /// <summary>Forgets everything before an index. Memory goes by whole chunks.</summary>
    public void DropBefore(long index)
    {
        _first = index;
        var chunks = (int)((_first - _offset) / ChunkSize);
        // The array of chunks is copied, for views hold it: not for each chunk, where many go in turn.
        if (chunks == 0 || chunks < _chunks.Length / 4) return;
        _chunks = _chunks[chunks..];
        _offset += (long)chunks * ChunkSize;
    }
}
