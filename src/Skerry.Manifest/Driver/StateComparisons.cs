using Microsoft.Extensions.Logging;

namespace Skerry.Manifest.Driver;

/// <summary>What comparing this node's state with others' has shown. A difference stands until a comparison with that node finds none.</summary>
internal sealed class StateComparisons(ManifestMetrics metrics, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, ManifestDifference> _differences = new(StringComparer.Ordinal);
    private ulong _newest;

    /// <summary>The newest entry at which states were compared; 0: none yet.</summary>
    public ulong Newest => Volatile.Read(ref _newest);

    public IReadOnlyList<ManifestDifference> Differences
    {
        get { lock (_gate) return [.. _differences.Values]; }
    }

    public void Note(string node, ulong index, bool isSame)
    {
        metrics.Compared(isSame);
        lock (_gate)
        {
            _newest = Math.Max(_newest, index);
            if (isSame)
            {
                if (_differences.Remove(node)) ManifestLog.SameAgain(logger, node, index);
            }
            else if (_differences.TryAdd(node, new ManifestDifference(node, index)))
            {
                ManifestLog.Different(logger, node, index);
            }
        }
    }
}
