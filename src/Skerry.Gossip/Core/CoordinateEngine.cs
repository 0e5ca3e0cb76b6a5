using System.Collections.Immutable;
using System.Runtime.InteropServices;

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
    private readonly Dictionary<string, List<double>> _latencies = new(StringComparer.Ordinal);
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
        if (roundTrip < TimeSpan.Zero || roundTrip > LongestRoundTrip || !IsPlace(other)) return;
        _others[node] = other;
        var seconds = Math.Max(Median(node, roundTrip.TotalSeconds), Zero);
        var moved = Attract(seconds, other);
        moved = Adjust(moved, seconds, other);
        moved = Gravitate(moved);
        if (IsPlace(moved))
        {
            Own = moved;
            return;
        }

        // Also what was remembered of the way there: one broken sample would break the next twenty places.
        Own = Fresh;
        Array.Clear(_adjustments);
        Resets++;
    }

    private Coordinate Attract(double seconds, Coordinate other)
    {
        var distance = Own.DistanceTo(other);
        var wrong = Math.Abs(distance - seconds) / seconds;
        var total = Math.Max(Own.Error + other.Error, Zero);
        var weight = Own.Error / total;
        var error = Math.Min(ErrorStep * weight * wrong + Own.Error * (1 - ErrorStep * weight), MaxError);
        var force = ForceStep * weight * (seconds - distance);
        return Push(Own, force, other) with { Error = error };
    }

    private Coordinate Adjust(Coordinate moved, double seconds, Coordinate other)
    {
        _adjustments[_adjustmentIndex] = seconds - moved.RawDistanceTo(other);
        _adjustmentIndex = (_adjustmentIndex + 1) % AdjustmentWindow;
        return moved with { Adjustment = _adjustments.Sum() / (2.0 * AdjustmentWindow) };
    }

    private Coordinate Gravitate(Coordinate moved)
    {
        var pull = Fresh.DistanceTo(moved) / GravityRho;
        return Push(moved, -pull * pull, Fresh);
    }

    /// <summary>Moves a place along the line from another, away with a positive force.</summary>
    private Coordinate Push(Coordinate place, double force, Coordinate other)
    {
        Span<double> direction = stackalloc double[Dimensions];
        for (var i = 0; i < Dimensions; i++) direction[i] = place.Vector[i] - other.Vector[i];
        var distance = Length(direction);
        if (distance <= Zero)
        {
            // Two in one place part in any direction, and neither grows taller.
            for (var i = 0; i < Dimensions; i++) direction[i] = prng.NextDouble() - 0.5;
            return place with { Vector = Moved(place, direction, force / Length(direction)) };
        }

        return place with
        {
            Vector = Moved(place, direction, force / distance),
            Height = Math.Max((place.Height + other.Height) * force / distance + place.Height, MinHeight),
        };
    }

    private static ImmutableArray<double> Moved(Coordinate place, ReadOnlySpan<double> direction, double scale)
    {
        var moved = new double[Dimensions];
        for (var i = 0; i < Dimensions; i++) moved[i] = place.Vector[i] + direction[i] * scale;
        return ImmutableCollectionsMarshal.AsImmutableArray(moved);
    }

    private static double Length(ReadOnlySpan<double> vector)
    {
        var sum = 0.0;
        foreach (var part in vector) sum += part * part;
        return Math.Sqrt(sum);
    }

    /// <summary>The median of a node's last round trips: one late packet moves nobody.</summary>
    private double Median(string node, double seconds)
    {
        if (!_latencies.TryGetValue(node, out var latest)) _latencies[node] = latest = new List<double>(LatencyFilter);
        if (latest.Count == LatencyFilter) latest.RemoveAt(0);
        latest.Add(seconds);
        Span<double> sorted = stackalloc double[latest.Count];
        CollectionsMarshal.AsSpan(latest).CopyTo(sorted);
        sorted.Sort();
        return sorted[latest.Count / 2];
    }

    private static bool IsPlace(Coordinate place)
    {
        if (place.Vector.Length != Dimensions || !double.IsFinite(place.Adjustment)) return false;
        if (!double.IsFinite(place.Error) || place.Error < 0 || !double.IsFinite(place.Height) || place.Height < 0) return false;
        foreach (var component in place.Vector)
        {
            if (!double.IsFinite(component)) return false;
        }

        return true;
    }
}
