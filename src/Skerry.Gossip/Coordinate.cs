using System.Collections.Immutable;

namespace Skerry.Gossip;

/// <summary>
/// A place in the network's latency space (Vivaldi, Dabek et al. 2004, with Serf's height, adjustment and gravity). All in seconds.
/// </summary>
/// <param name="Vector">Eight Euclidean components.</param>
/// <param name="Error">Confidence, 0 (sure) to 1.5 (fresh).</param>
/// <param name="Adjustment">Offset that corrects the Euclidean model.</param>
/// <param name="Height">Distance from the node to the core network.</param>
public sealed record Coordinate(ImmutableArray<double> Vector, double Error, double Adjustment, double Height)
{
    /// <summary>The estimated round trip between two places.</summary>
    public TimeSpan RoundTripTo(Coordinate other)
    {
        var sum = 0.0;
        for (var i = 0; i < Vector.Length; i++) sum += (Vector[i] - other.Vector[i]) * (Vector[i] - other.Vector[i]);
        var raw = Math.Sqrt(sum) + Height + other.Height;
        var adjusted = raw + Adjustment + other.Adjustment;
        return TimeSpan.FromSeconds(adjusted > 0 ? adjusted : raw);
    }
}
