namespace Skerry.Simulation.Disk;

/// <summary>What happened in runs of a log: a fault that never came proves nothing.</summary>
internal sealed class LogTotals
{
    public long Steps { get; set; }

    public long Crashes { get; set; }

    public long Cuts { get; set; }

    public long Full { get; set; }

    public long FailedFlushes { get; set; }

    public long Refused { get; set; }

    public void Add(LogTotals other)
    {
        Steps += other.Steps;
        Crashes += other.Crashes;
        Cuts += other.Cuts;
        Full += other.Full;
        FailedFlushes += other.FailedFlushes;
        Refused += other.Refused;
    }

    public override string ToString() => $"{Steps} steps, {Crashes} crashes, {Cuts} torn tails, {Full} times full, {FailedFlushes} failed flushes, {Refused} damaged logs refused";
}
