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
    /// <summary>The estimated round trip between two places; <see cref="TimeSpan.MaxValue"/> when they are further apart than that.</summary>
    public TimeSpan RoundTripTo(Coordinate other) =>
        DistanceTo(other) is var seconds && seconds < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(seconds) : TimeSpan.MaxValue;

    /// <summary>The same in seconds, neither rounded nor bounded; infinite or not a number for places that no honest node is at.</summary>
    internal double DistanceTo(Coordinate other)
    {
        var raw = RawDistanceTo(other);
        var adjusted = raw + Adjustment + other.Adjustment;
        return adjusted > 0 ? adjusted : raw;
    }

    /// <summary>The distance without the adjustments, in seconds.</summary>
    internal double RawDistanceTo(Coordinate other)
    {
        var sum = 0.0;
        for (var i = 0; i < Vector.Length; i++) sum += (Vector[i] - other.Vector[i]) * (Vector[i] - other.Vector[i]);
        return Math.Sqrt(sum) + Height + other.Height;
    }
}
