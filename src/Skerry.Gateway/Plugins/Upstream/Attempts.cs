namespace Skerry.Gateway.Plugins.Upstream;

/// <summary>What has been tried for one request. Made only when something has failed: most requests need none.</summary>
internal sealed class Attempts
{
    private WeightedTarget[] _failed = [];

    /// <summary>Instances that failed this request.</summary>
    public ReadOnlySpan<WeightedTarget> Failed => _failed;

    /// <summary>Whether kept connections are passed over from now on, because one had been closed.</summary>
    public bool NeedsNew { get; set; }

    public void Add(WeightedTarget target) => _failed = [.. _failed, target];
}
