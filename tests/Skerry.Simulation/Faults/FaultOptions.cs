using System.Globalization;

namespace Skerry.Simulation;

/// <summary>Which faults a <see cref="Storm"/> brings, and how often. A mean of zero: that fault does not happen at all.</summary>
internal sealed record FaultOptions
{
    /// <summary>Mean time between crashes, over all nodes.</summary>
    public TimeSpan CrashEvery { get; init; }

    /// <summary>The most a crashed node stays down before it starts again.</summary>
    public TimeSpan DownFor { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Share of the crashes that take the machine down too.</summary>
    public double MachineShare { get; init; } = 0.5;

    /// <summary>The largest share of the nodes that are down by crashes at once.</summary>
    public double MostDown { get; init; } = 0.4;

    /// <summary>Mean time between pauses of a process, over all nodes.</summary>
    public TimeSpan PauseEvery { get; init; }

    /// <summary>The longest pause.</summary>
    public TimeSpan PauseFor { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Mean time between partitions.</summary>
    public TimeSpan PartitionEvery { get; init; }

    /// <summary>The longest partition.</summary>
    public TimeSpan PartitionFor { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Share of the partitions that stop one direction only.</summary>
    public double OneWayShare { get; init; } = 0.3;

    /// <summary>Mean time between cuts of one link, one way.</summary>
    public TimeSpan LinkEvery { get; init; }

    /// <summary>The longest cut of a link.</summary>
    public TimeSpan LinkFor { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often a cut link comes and goes meanwhile; zero: it stays cut.</summary>
    public TimeSpan FlapPeriod { get; init; }

    /// <summary>Mean time between spells of bad weather: loss and delay for all.</summary>
    public TimeSpan WeatherEvery { get; init; }

    /// <summary>The longest spell.</summary>
    public TimeSpan WeatherFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Loss in bad weather.</summary>
    public double WeatherLoss { get; init; } = 0.3;

    /// <summary>How many times longer packets are under way in bad weather.</summary>
    public int WeatherDelay { get; init; } = 20;

    /// <summary>Share of the nodes whose loop is late all along.</summary>
    public double LateShare { get; init; }

    /// <summary>The most a late loop is late by.</summary>
    public TimeSpan Lateness { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>The most a clock runs fast or slow, parts per million. Quartz keeps within 100.</summary>
    public int DriftPpm { get; init; } = 100;

    /// <summary>The faults that happen at all, in a few words.</summary>
    public override string ToString()
    {
        var parts = new List<string>();
        Say(CrashEvery, "crash", DownFor);
        Say(PauseEvery, "pause", PauseFor);
        Say(PartitionEvery, "partition", PartitionFor);
        Say(LinkEvery, FlapPeriod > TimeSpan.Zero ? "flapping link" : "link", LinkFor);
        Say(WeatherEvery, "weather", WeatherFor);
        if (LateShare > 0) parts.Add(string.Create(CultureInfo.InvariantCulture, $"late loops {LateShare:0.##} by {Lateness.TotalMilliseconds:0} ms"));
        parts.Add(string.Create(CultureInfo.InvariantCulture, $"drift {DriftPpm} ppm"));
        return string.Join(", ", parts);

        void Say(TimeSpan every, string what, TimeSpan most)
        {
            if (every > TimeSpan.Zero) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{what} every {every.TotalSeconds:0.#} s for {most.TotalSeconds:0.#} s"));
        }
    }
}
