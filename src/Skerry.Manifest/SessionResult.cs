namespace Skerry.Manifest;

/// <summary>A session was made, renewed or looked at.</summary>
public sealed class SessionResult : ManifestResult
{
    /// <summary>The session; null where there is none.</summary>
    public ManifestSession? Session { get; init; }
}
