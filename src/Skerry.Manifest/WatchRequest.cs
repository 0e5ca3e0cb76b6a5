namespace Skerry.Manifest;

/// <summary>What a watcher wants to be told of.</summary>
public sealed class WatchRequest
{
    /// <summary>Which keys.</summary>
    public required KeyRange Range { get; init; }

    /// <summary>Its number in the stream; 0 lets the stream choose.</summary>
    public long Id { get; init; }

    /// <summary>The first revision to tell of; 0 is the next one.</summary>
    public long StartRevision { get; init; }

    /// <summary>Whether puts are left out.</summary>
    public bool SkipsPuts { get; init; }

    /// <summary>Whether deletions are left out.</summary>
    public bool SkipsDeletes { get; init; }

    /// <summary>Whether each change carries what was there before, as far as it is kept.</summary>
    public bool WantsPrevious { get; init; }

    /// <summary>Whether a watcher with nothing to tell says now and then how far it is.</summary>
    public bool WantsProgress { get; init; }

    /// <summary>Whether a large message may be cut in parts on its way out; for the door that sends it.</summary>
    public bool AllowsFragments { get; init; }
}
