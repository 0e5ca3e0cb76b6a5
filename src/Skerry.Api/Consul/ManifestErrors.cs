using Skerry.Manifest;

namespace Skerry.Api.Consul;

/// <summary>The manifest's refusals in Consul's codes and, where it has any, its words.</summary>
internal static class ManifestErrors
{
    public static ApiException Of(ManifestError error) => error switch
    {
        ManifestError.NoLeader or ManifestError.NotLeader => new(500, "No cluster leader"),
        ManifestError.LeaderChanged => new(500, "leadership lost while committing log: whether it was done is not known"),
        ManifestError.Timeout => new(500, "The group did not answer in time: whether it was done is not known"),
        ManifestError.Stopped => new(500, "This agent stops"),
        ManifestError.EmptyKey => new(400, "Missing key name"),
        ManifestError.RequestTooLarge => new(413, $"Request too large, max size: {ManifestLimits.MaxRequestBytes} bytes"),
        ManifestError.TooManyRequests => new(429, "Too many requests of this node are under way"),
        ManifestError.NoSpace => new(500, "The group's store is full: delete keys, compact, and lift the alarm (etcdctl alarm disarm)"),
        ManifestError.DiskFull => new(500, "The leader's disk is full: nothing was written. Make room on it, and writes go on"),
        ManifestError.ReservedKey => new(403, "Permission denied: keys that begin with _skerry/ can be read, and are written by Skerry alone"),
        _ => new(500, $"The group refused it: {error}"),
    };

    /// <summary>Passes on what was done.</summary>
    /// <exception cref="ApiException">It was not.</exception>
    public static ManifestResult Done(this ManifestResult result) => result.IsDone ? result : throw Of(result.Error);
}
