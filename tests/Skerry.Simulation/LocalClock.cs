using Skerry.Primitives;

namespace Skerry.Simulation;

/// <summary>
/// A node's monotonic clock as a line over true time: it has its own origin and runs a little fast or slow, as quartz does.
/// Integer arithmetic throughout; good for runs of up to ten days.
/// </summary>
/// <param name="Origin">True time the line starts at.</param>
/// <param name="Reading">What the clock showed then.</param>
/// <param name="DriftPpm">How much faster than true time it runs, parts per million; negative: slower.</param>
internal readonly record struct LocalClock(Instant Origin, Instant Reading, int DriftPpm)
{
    private const long Million = 1_000_000;

    /// <summary>What the clock shows at a true instant.</summary>
    public Instant Read(Instant now) => new(Reading.Ticks + ((now.Ticks - Origin.Ticks) * (Million + DriftPpm) / Million));

    /// <summary>The first true instant at which the clock shows <paramref name="reading"/> or more.</summary>
    public Instant TimeOf(Instant reading)
    {
        if (reading == Instant.Never) return Instant.Never;
        var elapsed = reading.Ticks - Reading.Ticks;
        if (elapsed > long.MaxValue / Million / 2) return Instant.Never;
        if (elapsed <= 0) return Origin;
        return new Instant(Origin.Ticks + (((elapsed * Million) + Million + DriftPpm - 1) / (Million + DriftPpm)));
    }
}
