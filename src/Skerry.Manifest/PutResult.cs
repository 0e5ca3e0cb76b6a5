namespace Skerry.Manifest;

/// <summary>A key was written.</summary>
public sealed class PutResult : ManifestResult
{
    /// <summary>What was there before, if it was asked for and there was something.</summary>
    public KeyEntry? Previous { get; init; }
}
