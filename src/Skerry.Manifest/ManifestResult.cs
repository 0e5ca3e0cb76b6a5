namespace Skerry.Manifest;

/// <summary>The answer to a request, refused or done.</summary>
public class ManifestResult
{
    /// <summary>Why it was refused; <see cref="ManifestError.None"/> if it was not.</summary>
    public ManifestError Error { get; init; }

    /// <summary>The store's revision after it.</summary>
    public long Revision { get; set; }

    /// <summary>Whether it was done.</summary>
    public bool IsDone => Error == ManifestError.None;

    /// <summary>Whether the request had been applied before, by an earlier try: what it read then is no longer known.</summary>
    public bool IsRepeated { get; init; }
}
