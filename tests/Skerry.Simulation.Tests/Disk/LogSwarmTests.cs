using System.Globalization;

using Skerry.Simulation.Disk;

namespace Skerry.Simulation.Tests.Disk;

public sealed class LogSwarmTests
{
    /// <summary>How many seeds to run: SKERRY_LOG_SEEDS hunts with more.</summary>
    private static readonly int Seeds = int.Parse(Environment.GetEnvironmentVariable("SKERRY_LOG_SEEDS") ?? "3000", CultureInfo.InvariantCulture);

    [Fact]
    public void A_log_holds_what_was_flushed_and_a_prefix_of_the_rest_whatever_its_disk_does()
    {
        var totals = new LogTotals();
        for (var seed = 1; seed <= Seeds; seed++) totals.Add(LogRun.Execute((ulong)seed));
        TestContext.Current.TestOutputHelper?.WriteLine(totals.ToString());
        Assert.True(totals is { Crashes: > 1000, Cuts: > 100, Full: > 100, FailedFlushes: > 100, Refused: > 100 }, totals.ToString());
    }
}
