namespace Skerry.Gateway.Model;

/// <summary>Counts durations in buckets, Prometheus' usual ones.</summary>
internal sealed class LatencyHistogram
{
    private readonly long[] _counts = new long[Bounds.Length + 1];
    private long _sumMicroseconds;

    /// <summary>Upper bounds, seconds.</summary>
    public static double[] Bounds { get; } = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    /// <summary>Durations in each bucket; the last is above all bounds.</summary>
    public long[] Counts => [.. _counts.Select((_, bucket) => Interlocked.Read(ref _counts[bucket]))];

    /// <summary>All durations together, seconds.</summary>
    public double Sum => Interlocked.Read(ref _sumMicroseconds) / 1e6;

    public void Record(TimeSpan duration)
    {
        var seconds = duration.TotalSeconds;
        var bucket = 0;
        while (bucket < Bounds.Length && seconds > Bounds[bucket]) bucket++;
        Interlocked.Increment(ref _counts[bucket]);
        Interlocked.Add(ref _sumMicroseconds, (long)duration.TotalMicroseconds);
    }
}
