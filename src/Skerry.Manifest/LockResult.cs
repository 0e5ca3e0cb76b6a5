namespace Skerry.Manifest;

/// <summary>A lock was taken or let go.</summary>
public sealed class LockResult : ManifestResult
{
    /// <summary>How often the key has been locked: with key and session, the fencing token for what the lock protects.</summary>
    public long LockIndex { get; init; }
}
