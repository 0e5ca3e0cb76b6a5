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
}
