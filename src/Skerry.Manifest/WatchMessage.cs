namespace Skerry.Manifest;

/// <summary>What a watch stream has to say, in the order it must be said.</summary>
public sealed class WatchMessage
{
    /// <summary>The watcher of progress that holds for all of a stream, and of one that was refused.</summary>
    public const long NoWatcher = -1;

    private readonly List<WatchEvent> _events = [];

    /// <summary>What it says.</summary>
    public required WatchMessageKind Kind { get; init; }

    /// <summary>Of which watcher.</summary>
    public required long WatchId { get; init; }

    /// <summary>What that watcher asked for; null for progress of a whole stream.</summary>
    public WatchRequest? Request { get; init; }

    /// <summary>The revision it is true at; for changes the newest one it has.</summary>
    public long Revision { get; set; }

    /// <summary>The compacted revision, where that ended the watcher.</summary>
    public long CompactRevision { get; init; }

    /// <summary>Why a watcher was refused.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The changes.</summary>
    public IReadOnlyList<WatchEvent> Events => _events;

    internal void Add(WatchEvent change) => _events.Add(change);
}
