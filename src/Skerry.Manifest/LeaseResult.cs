namespace Skerry.Manifest;

/// <summary>A lease was granted, renewed or looked at.</summary>
public sealed class LeaseResult : ManifestResult
{
    /// <summary>Its id.</summary>
    public long Id { get; init; }

    /// <summary>Seconds it has left; -1 where there is none.</summary>
    public long Ttl { get; init; }

    /// <summary>Seconds it was granted.</summary>
    public long GrantedTtl { get; init; }

    /// <summary>The keys that hang on it, in order, if they were asked for.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Keys { get; init; } = [];
}
