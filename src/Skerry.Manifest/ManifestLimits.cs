namespace Skerry.Manifest;

/// <summary>Bounds of requests; etcd's defaults where it has one.</summary>
public static class ManifestLimits
{
    /// <summary>Bytes of a request that changes something: 1.5 MiB.</summary>
    public const int MaxRequestBytes = 1536 * 1024;

    /// <summary>Operations of one branch of a transaction, or compares, with those of nested ones on the way.</summary>
    public const int MaxTransactionOps = 128;

    /// <summary>Longest time to live of a lease in seconds.</summary>
    public const long MaxLeaseSeconds = 9_000_000_000;

    /// <summary>Requests of one node that wait for the group at a time.</summary>
    public const int MaxPending = 16_384;

    /// <summary>Nodes (each start of one counts) whose requests are remembered, so that a repeated one is applied once.</summary>
    public const int MaxClients = 1024;
}
