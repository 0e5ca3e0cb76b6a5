using Skerry.Gateway.Transport;

namespace Skerry.Gateway.Model;

/// <summary>
/// Counts of a pipeline, or of one of its plugins. Each event loop has a row of its own that only its thread writes, without interlocked instructions or a cache line
/// that cores pull to and fro; all other threads share one row. Readers add the rows up.
/// </summary>
internal sealed class Tally
{
    private const int Entered = 0;
    private const int Requests = 1;
    private const int Errors = 2;
    private const int ClientErrors = 3;
    private const int Ticks = 4;
    private const int FirstBucket = 5;

    private static readonly int Width = FirstBucket + LatencyBuckets.Seconds.Length + 1;

    private readonly long[][] _rows;

    /// <param name="loops">How many event loops there are.</param>
    public Tally(int loops) => _rows = [.. Enumerable.Range(0, loops + 1).Select(_ => new long[Width])];

    /// <summary>Counts one that begins.</summary>
    public void Enter()
    {
        var loop = EventLoop.Current?.Index + 1 ?? 0;
        if (loop > 0 && loop < _rows.Length) _rows[loop][Entered]++;
        else Interlocked.Increment(ref _rows[0][Entered]);
    }

    /// <summary>Counts one that is over.</summary>
    /// <param name="status">What was answered.</param>
    /// <param name="ticks">How long it took, in the stopwatch's ticks.</param>
    public void Count(int status, long ticks)
    {
        var loop = EventLoop.Current?.Index + 1 ?? 0;
        var kind = status >= 500 ? Errors : status >= 400 ? ClientErrors : -1;
        var bucket = FirstBucket + LatencyBuckets.IndexOf(ticks);
        if (loop > 0 && loop < _rows.Length)
        {
            var row = _rows[loop];
            row[Requests]++;
            row[Ticks] += ticks;
            row[bucket]++;
            if (kind >= 0) row[kind]++;
            return;
        }

        var shared = _rows[0];
        Interlocked.Increment(ref shared[Requests]);
        Interlocked.Add(ref shared[Ticks], ticks);
        Interlocked.Increment(ref shared[bucket]);
        if (kind >= 0) Interlocked.Increment(ref shared[kind]);
    }

    /// <summary>All rows together.</summary>
    public TallySnapshot Read()
    {
        var sum = new long[Width];
        foreach (var row in _rows)
        {
            for (var i = 0; i < Width; i++) sum[i] += Volatile.Read(ref row[i]);
        }

        return new TallySnapshot(sum[Requests], Math.Max(0, sum[Entered] - sum[Requests]), sum[Errors], sum[ClientErrors], sum[Ticks], sum.AsSpan(FirstBucket).ToArray());
    }
}
