using System.Collections.Immutable;
using System.Diagnostics;

namespace Skerry.Gateway.Model;

/// <summary>The buckets latencies are counted in: Prometheus' usual ones, with one below for a proxy's own work.</summary>
internal static class LatencyBuckets
{
    /// <summary>Upper bounds, seconds; one more bucket is above them all.</summary>
    public static ImmutableArray<double> Seconds { get; } = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private static readonly long[] Ticks = [.. Seconds.Select(bound => (long)(bound * Stopwatch.Frequency))];

    /// <summary>The bucket of a duration in the stopwatch's ticks.</summary>
    public static int IndexOf(long ticks)
    {
        var index = 0;
        while (index < Ticks.Length && ticks > Ticks[index]) index++;
        return index;
    }
}
