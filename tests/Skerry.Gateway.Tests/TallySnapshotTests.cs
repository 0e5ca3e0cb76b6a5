using System.Diagnostics;

using Skerry.Gateway.Model;

namespace Skerry.Gateway.Tests;

/// <summary>How long requests took, as far as buckets tell.</summary>
public sealed class TallySnapshotTests
{
    [Fact]
    public void A_percentile_lies_in_the_bucket_of_its_request()
    {
        var tally = new Tally(loops: 1);
        Assert.Null(tally.Read().Percentile(0.5));
        for (var i = 0; i < 98; i++) tally.Count(200, Ticks(0.004));
        tally.Count(200, Ticks(0.3));
        var counts = tally.Read();
        Assert.InRange(counts.Percentile(0.5)!.Value, 0.0025, 0.005);
        Assert.InRange(counts.Percentile(0.98)!.Value, 0.0025, 0.005);
        Assert.InRange(counts.Percentile(1)!.Value, 0.25, 0.5);
        for (var i = 0; i < 200; i++) tally.Count(200, Ticks(60));
        Assert.Equal(10, tally.Read().Percentile(0.9));
    }

    private static long Ticks(double seconds) => (long)(seconds * Stopwatch.Frequency);
}
