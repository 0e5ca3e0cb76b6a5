namespace Skerry.Manifest.Core;

/// <summary>One who wants to know of changes in a range.</summary>
/// <param name="id">Its number in its stream.</param>
/// <param name="serial">Its number of all there ever were: the order among watchers of one range.</param>
/// <param name="request">What it wants.</param>
internal sealed class Watcher(long id, ulong serial, WatchRequest request)
{
    public long Id { get; } = id;

    public ulong Serial { get; } = serial;

    public WatchRequest Request { get; } = request;

    public KeyRange Range { get; } = request.Range;

    public bool WantsPuts { get; } = !request.SkipsPuts;

    public bool WantsDeletes { get; } = !request.SkipsDeletes;

    public bool WantsPrevious { get; } = request.WantsPrevious;

    public bool WantsProgress { get; } = request.WantsProgress;

    /// <summary>The first revision it has not been told of; below it, nothing is told.</summary>
    public long Next { get; set; }

    /// <summary>Whether it is behind, and catches up from the event log at its reader's pace.</summary>
    public bool IsBehind { get; set; }

    /// <summary>Whether it was told of something since progress was last reported.</summary>
    public bool HasNews { get; set; }

    public bool Wants(in EventEntry entry) =>
        entry.Version.ModRevision >= Next && (entry.Version.IsDeletion ? WantsDeletes : WantsPuts);
}
