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
}
