using System.Diagnostics;

namespace Skerry.Gateway.Model;

/// <summary>Counts at one moment.</summary>
/// <param name="Requests">Requests that are over.</param>
/// <param name="InFlight">Requests that are not.</param>
/// <param name="Errors">Answers of 500 and above, and answers cut off.</param>
/// <param name="ClientErrors">Answers of 400 to 499, and clients that did not wait.</param>
/// <param name="Ticks">All durations together, in the stopwatch's ticks.</param>
/// <param name="Buckets">Durations by bucket; the last is above all bounds.</param>
internal sealed record TallySnapshot(long Requests, long InFlight, long Errors, long ClientErrors, long Ticks, long[] Buckets)
{
    /// <summary>All durations together, seconds.</summary>
    public double Seconds => (double)Ticks / Stopwatch.Frequency;

    /// <summary>The duration that a share of all kept to, as far as the buckets tell: in a line between the bounds of the one it falls into.</summary>
    /// <param name="share">0 to 1.</param>
    /// <returns>Seconds; 10 also where it is more; null: there were none.</returns>
    public double? Percentile(double share)
    {
        var bounds = LatencyBuckets.Seconds;
        var wanted = share * Buckets.Sum();
        if (wanted <= 0) return null;
        long below = 0;
        for (var i = 0; i < bounds.Length; i++)
        {
            if (below + Buckets[i] < wanted)
            {
                below += Buckets[i];
                continue;
            }

            var from = i == 0 ? 0 : bounds[i - 1];
            return from + ((bounds[i] - from) * (wanted - below) / Buckets[i]);
        }

        return bounds[^1];
    }
}
