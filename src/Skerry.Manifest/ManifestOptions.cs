namespace Skerry.Manifest;

/// <summary>How a node serves the manifest.</summary>
public sealed record ManifestOptions
{
    /// <summary>How long a request waits for the group at most, and seven eighths of it at least, before it is answered with <see cref="ManifestError.Timeout"/>; more than 0.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(7);

    /// <summary>Shortest time to live of a lease in seconds, at least 1: what asks for less gets this. Longer than it takes to elect a leader.</summary>
    public long MinLeaseSeconds { get; init; } = 2;

    /// <summary>How often an idle watcher that asked for it says how far it is; up to a tenth is added by chance. More than 0.</summary>
    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Bytes of memory the state may take before writes that add are refused; more than 0.</summary>
    public long QuotaBytes { get; init; } = 2L << 30;
}
