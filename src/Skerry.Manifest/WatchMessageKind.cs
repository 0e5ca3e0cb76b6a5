namespace Skerry.Manifest;

/// <summary>What a message of a watch stream says.</summary>
public enum WatchMessageKind
{
    /// <summary>A watcher is there; what it tells comes after this.</summary>
    Created,

    /// <summary>A watcher was refused.</summary>
    Refused,

    /// <summary>Changes, every revision whole.</summary>
    Events,

    /// <summary>Everything up to the message's revision has been told.</summary>
    Progress,

    /// <summary>A watcher has ended as it was told to.</summary>
    Cancelled,

    /// <summary>A watcher has ended because what it had to tell was compacted.</summary>
    Compacted,
}
