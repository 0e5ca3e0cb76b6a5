namespace Skerry.Manifest;

/// <summary>What a range held.</summary>
public sealed class RangeResult : ManifestResult
{
    /// <summary>The entries, sorted as asked for.</summary>
    public IReadOnlyList<KeyEntry> Entries { get; init; } = [];

    /// <summary>How many keys the range has, whatever the limit and the bounds left out.</summary>
    public long Count { get; init; }

    /// <summary>Whether the limit cut entries off.</summary>
    public bool HasMore { get; init; }

    /// <summary>
    /// Where it was asked for, a revision since which nothing in the range has changed, deletions included: the key's own, or the newest of the range, but no older than the
    /// compaction, which forgets deletions. At least 1.
    /// </summary>
    public long Index { get; init; }
}
