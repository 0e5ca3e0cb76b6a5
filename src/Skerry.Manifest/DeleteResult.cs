namespace Skerry.Manifest;

/// <summary>Keys were deleted.</summary>
public sealed class DeleteResult : ManifestResult
{
    /// <summary>How many.</summary>
    public long Deleted { get; init; }

    /// <summary>What they held, if it was asked for.</summary>
    public IReadOnlyList<KeyEntry> Previous { get; init; } = [];
}
