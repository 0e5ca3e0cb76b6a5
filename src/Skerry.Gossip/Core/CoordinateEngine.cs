using System.Collections.Immutable;

using Skerry.Primitives;

namespace Skerry.Gossip.Core;

/// <summary>
/// This node's place in the latency space, moved a little by each measured round trip: Vivaldi (Dabek et al., 2004) with height, an adjustment window
/// (Ledlie et al., 2007) and gravity toward the origin. The numbers are Serf's. All in seconds.
/// </summary>
/// <param name="prng">Gives a direction when two places are one.</param>
internal sealed class CoordinateEngine(Prng prng)
{
    private const int Dimensions = 8;
    private const double MaxError = 1.5;
    private const double ErrorStep = 0.25;
    private const double ForceStep = 0.25;
    private const int AdjustmentWindow = 20;
    private const double MinHeight = 1e-5;
    private const int LatencyFilter = 3;
    private const double GravityRho = 150;
    private const double Zero = 1e-6;

    private static readonly TimeSpan LongestRoundTrip = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, Coordinate> _others = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Queue<double>> _latencies = new(StringComparer.Ordinal);
    private readonly double[] _adjustments = new double[AdjustmentWindow];
    private int _adjustmentIndex;

    /// <summary>A place nobody has measured yet.</summary>
    public static Coordinate Fresh { get; } = new([.. new double[Dimensions]], MaxError, 0, MinHeight);

    /// <summary>This node's own.</summary>
    public Coordinate Own { get; private set; } = Fresh;

    /// <summary>How often a broken computation was thrown away.</summary>
    public int Resets { get; private set; }

    /// <summary>The last place a node told of itself; null when it told none.</summary>
    public Coordinate? Of(string node) => _others.GetValueOrDefault(node);

    public void Forget(string node)
    {
        _others.Remove(node);
        _latencies.Remove(node);
    }

    /// <summary>Takes in a measured round trip and the place the other told; nonsense changes nothing.</summary>
    public void Observe(string node, Coordinate other, TimeSpan roundTrip)
    {
        if (roundTrip < TimeSpan.Zero || roundTrip > LongestRoundTrip || other.Vector.Length != Dimensions || !IsFinite(other)) return;
        _others[node] = other;
        var seconds = Math.Max(Median(node, roundTrip.TotalSeconds), Zero);
        var moved = Attract(seconds, other);
        moved = Adjust(moved, seconds, other);
        moved = Gravitate(moved);
        if (IsFinite(moved))
        {
            Own = moved;
            return;
        }

        Own = Fresh;
        Resets++;
    }

    private Coordinate Attract(double seconds, Coordinate other)
    {
        var wrong = Math.Abs(Own.RoundTripTo(other).TotalSeconds - seconds) / seconds;
        var total = Math.Max(Own.Error + other.Error, Zero);
        var weight = Own.Error / total;
        var error = Math.Min(ErrorStep * weight * wrong + Own.Error * (1 - ErrorStep * weight), MaxError);
        var force = ForceStep * weight * (seconds - Own.RoundTripTo(other).TotalSeconds);
        return Push(Own, force, other) with { Error = error };
    }

    private Coordinate Adjust(Coordinate moved, double seconds, Coordinate other)
    {
        _adjustments[_adjustmentIndex] = seconds - Raw(moved, other);
        _adjustmentIndex = (_adjustmentIndex + 1) % AdjustmentWindow;
        return moved with { Adjustment = _adjustments.Sum() / (2.0 * AdjustmentWindow) };
    }

    private Coordinate Gravitate(Coordinate moved)
    {
        var distance = Fresh.RoundTripTo(moved).TotalSeconds;
        return Push(moved, -Math.Pow(distance / GravityRho, 2), Fresh);
    }

    /// <summary>Moves a place along the line from another, away with a positive force.</summary>
    private Coordinate Push(Coordinate place, double force, Coordinate other)
    {
        var unit = new double[Dimensions];
        for (var i = 0; i < Dimensions; i++) unit[i] = place.Vector[i] - other.Vector[i];
        var distance = Math.Sqrt(unit.Sum(part => part * part));
        if (distance > Zero)
        {
            for (var i = 0; i < Dimensions; i++) unit[i] /= distance;
        }
        else
        {
            for (var i = 0; i < Dimensions; i++) unit[i] = prng.NextDouble() - 0.5;
            var length = Math.Sqrt(unit.Sum(part => part * part));
            for (var i = 0; i < Dimensions; i++) unit[i] /= length;
            distance = 0;
        }

        var vector = ImmutableArray.CreateBuilder<double>(Dimensions);
        for (var i = 0; i < Dimensions; i++) vector.Add(place.Vector[i] + unit[i] * force);
        var height = distance > Zero ? Math.Max((place.Height + other.Height) * force / distance + place.Height, MinHeight) : place.Height;
        return place with { Vector = vector.MoveToImmutable(), Height = height };
    }

    private double Median(string node, double seconds)
    {
        if (!_latencies.TryGetValue(node, out var samples)) _latencies[node] = samples = new Queue<double>(LatencyFilter);
        if (samples.Count == LatencyFilter) samples.Dequeue();
        samples.Enqueue(seconds);
        return samples.Order().ElementAt(samples.Count / 2);
    }

    private static double Raw(Coordinate left, Coordinate right) =>
        (left with { Adjustment = 0 }).RoundTripTo(right with { Adjustment = 0 }).TotalSeconds;

    private static bool IsFinite(Coordinate place) =>
        place.Vector.All(double.IsFinite) && double.IsFinite(place.Error) && double.IsFinite(place.Adjustment) && double.IsFinite(place.Height);
}
