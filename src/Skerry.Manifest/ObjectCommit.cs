namespace Skerry.Manifest;

/// <summary>How a change of objects ended.</summary>
/// <param name="Error">Why nothing is known to have changed; <see cref="ManifestError.None"/> if the group answered.</param>
/// <param name="IsOutdated">Somebody else changed an object since the set was read: nothing was written.</param>
/// <param name="Revision">The revision that wrote it.</param>
public readonly record struct ObjectCommit(ManifestError Error, bool IsOutdated, long Revision)
{
    /// <summary>Whether it was written.</summary>
    public bool IsDone => Error == ManifestError.None && !IsOutdated;
}
