using Skerry.Gateway.Http1;

namespace Skerry.Gateway.Plugins.Upstream;

/// <summary>What has been tried for one request.</summary>
/// <param name="end">When all must be over, on the watch's clock.</param>
internal sealed class Attempt(long end)
{
    private WeightedTarget[] _tried = [];

    public long End => end;

    public ReadOnlySpan<WeightedTarget> Tried => _tried;

    /// <summary>Instances that failed.</summary>
    public int Count => _tried.Length;

    public UpstreamFailure? LastFailure { get; set; }

    /// <summary>Whether the last connection had been used before.</summary>
    public bool WasKept { get; set; }

    /// <summary>Whether kept connections are passed over from now on.</summary>
    public bool ForceNew { get; set; }

    public bool HasTakenBody { get; set; }

    public bool HasAnswer { get; set; }

    public void Add(WeightedTarget target) => _tried = [.. _tried, target];
}
