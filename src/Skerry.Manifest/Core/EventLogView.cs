namespace Skerry.Manifest.Core;

/// <summary>The event log as it stood at a moment, for readers on any thread.</summary>
internal readonly struct EventLogView(EventEntry[][] chunks, long offset, long first, long end)
{
    /// <summary>Index of the oldest event.</summary>
    public long First => first;

    /// <summary>Index after the newest.</summary>
    public long End => end;

    public ref readonly EventEntry this[long index] => ref chunks[(index - offset) / EventLog.ChunkSize][(index - offset) % EventLog.ChunkSize];

    /// <summary>Index of the first event of a revision, or of the next one that has events.</summary>
    public long Seek(long revision)
    {
        long low = first, high = end;
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (this[middle].Version.ModRevision < revision) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
