using System.Globalization;

using Skerry.Gossip;
using Skerry.Primitives;

namespace Skerry.Simulation;

/// <summary>
/// The options of one run, all made from its seed: sizes, delays, and which faults happen at all. A run with every fault at once hides
/// what two of them do together, so each seed draws a subset (Groce et al., "Swarm Testing", 2012).
/// </summary>
internal sealed record GossipSwarm
{
    /// <summary>What everything is made of.</summary>
    public required ulong Seed { get; init; }

    /// <summary>How many nodes.</summary>
    public required int Nodes { get; init; }

    /// <summary>The timers.</summary>
    public GossipProfile Profile { get; init; } = GossipProfile.Lan;

    /// <summary>The network when no fault is on it.</summary>
    public NetworkOptions Network { get; init; } = new();

    /// <summary>What goes wrong.</summary>
    public FaultOptions Faults { get; init; } = new() { DriftPpm = 0 };

    /// <summary>How long faults come.</summary>
    public TimeSpan Storm { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Mean time between graceful leaves, over all nodes; zero: none.</summary>
    public TimeSpan LeaveEvery { get; init; }

    /// <summary>The most a node that left stays away.</summary>
    public TimeSpan AwayFor { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Mean time between changes of a node's tags, over all nodes; zero: none.</summary>
    public TimeSpan TagEvery { get; init; }

    /// <summary>Whether faults begin with the first node, not once the group has formed.</summary>
    public bool IsBornInStorm { get; init; }

    /// <summary>Share of the nodes that handle what arrives in the order of Serf 0.9.4's memberlist: out of a stack, not a queue.</summary>
    public double OldShare { get; init; }

    /// <summary>Share of the nodes that have the timers of any profile, not the group's.</summary>
    public double MixedShare { get; init; }

    /// <summary>Whether packets and streams are compressed.</summary>
    public bool Compresses { get; init; }

    /// <summary>Whether packets are bytes, encoded and decoded; false: messages are handed over as they are, for large groups.</summary>
    public bool HasBytes { get; init; } = true;

    /// <summary>Whether the group starts as one that has been up for long, all knowing each other, instead of forming by joins.</summary>
    public bool IsPreloaded { get; init; }

    /// <summary>What the runner is to be called with to replay it; the options that were not drawn from the seed included.</summary>
    public string ReplayArguments { get; init; } = "";

    /// <summary>
    /// What a network may lose, and hold back, that still counts as quiet. The local profile sends each rumour half as often and asks one helper:
    /// it is made for one machine, which loses nothing.
    /// </summary>
    public double CalmLoss => Profile == GossipProfile.Local || MixedShare > 0 ? 0 : 0.02;

    /// <summary>Whether nothing in it can make a live node look dead: then a single failed event is an error.</summary>
    public bool IsMild =>
        Faults is { CrashEvery.Ticks: 0, PauseEvery.Ticks: 0, PartitionEvery.Ticks: 0, LateShare: 0 } && LeaveEvery == TimeSpan.Zero && CutsFewLinks
        && Math.Max(Network.Loss, Network.Reorder) <= 5 * CalmLoss && (Faults.WeatherEvery == TimeSpan.Zero || Faults.WeatherLoss <= 5 * CalmLoss);

    /// <summary>Whether on average less than one link in eight of a node's is cut at a time: else some node has none left.</summary>
    private bool CutsFewLinks => Faults.LinkEvery == TimeSpan.Zero || (Nodes >= 8 && Faults.LinkFor / Faults.LinkEvery < Nodes / 4.0);

    /// <summary>The options of a seed.</summary>
    public static GossipSwarm Draw(ulong seed)
    {
        var random = new Prng(seed).Fork();
        var nodes = random.Chance(0.8) ? 3 + random.Next(22) : 25 + random.Next(26);
        return new GossipSwarm
        {
            Seed = seed,
            ReplayArguments = string.Create(CultureInfo.InvariantCulture, $"--seed {seed} --trace"),
            Nodes = nodes,
            Profile = random.Next(6) switch { 0 => GossipProfile.Wan, 1 => GossipProfile.Local, _ => GossipProfile.Lan },
            Network = DrawNetwork(random),
            Faults = DrawFaults(random),
            Storm = TimeSpan.FromSeconds(60 + random.Next(180)),
            LeaveEvery = Often(random, 0.3, 20, 120),
            AwayFor = TimeSpan.FromSeconds(1 + random.Next(60)),
            TagEvery = Often(random, 0.3, 5, 60),
            IsBornInStorm = random.Chance(0.2),
            OldShare = random.Chance(0.3) ? random.NextDouble() : 0,
            MixedShare = random.Chance(0.1) ? random.NextDouble() : 0,
            Compresses = random.Chance(0.3),
        };
    }

    /// <summary>A large group with crashes and goodbyes: what churn costs, more than what faults break.</summary>
    public static GossipSwarm Large(ulong seed, int nodes, TimeSpan duration) => new()
    {
        Seed = seed,
        Nodes = nodes,
        Network = new NetworkOptions { MinDelay = TimeSpan.FromMicroseconds(200), MeanExtraDelay = TimeSpan.FromMilliseconds(1), Loss = 0.01 },
        Faults = new FaultOptions { CrashEvery = duration / 10, DownFor = TimeSpan.FromSeconds(90) },
        LeaveEvery = duration / 5,
        TagEvery = duration / 5,
        Storm = duration,
        HasBytes = false,
        IsPreloaded = true,
    };

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        seed     {Seed}
        nodes    {Nodes}, profile {Profile}, {(HasBytes ? "bytes" : "messages")}, old {OldShare:0.##}, mixed {MixedShare:0.##}{(Compresses ? ", compressed" : "")}
        network  {Network}
        faults   {Faults}
        storm    {Storm.TotalSeconds:0} s{(IsBornInStorm ? ", from the start" : "")}, leave every {LeaveEvery.TotalSeconds:0.#} s for {AwayFor.TotalSeconds:0} s, tags every {TagEvery.TotalSeconds:0.#} s
        """);

    private static NetworkOptions DrawNetwork(Prng random) => new()
    {
        MinDelay = TimeSpan.FromMicroseconds(50 + random.Next(random.Chance(0.3) ? 20_000 : 1000)),
        MeanExtraDelay = TimeSpan.FromMicroseconds(random.Next(random.Chance(0.3) ? 20_000 : 1000)),
        Loss = random.Chance(0.5) ? random.NextDouble() * (random.Chance(0.2) ? 0.3 : 0.05) : 0,
        Duplicate = random.Chance(0.3) ? random.NextDouble() * 0.2 : 0,
        Reorder = random.Chance(0.3) ? random.NextDouble() * 0.2 : 0,
        Hold = TimeSpan.FromSeconds(0.1 + (random.NextDouble() * 5)),
    };

    private static FaultOptions DrawFaults(Prng random) => new()
    {
        CrashEvery = Often(random, 0.4, 10, 90),
        DownFor = TimeSpan.FromSeconds(1 + random.Next(90)),
        MachineShare = random.NextDouble(),
        PauseEvery = Often(random, 0.3, 10, 60),
        PauseFor = TimeSpan.FromSeconds(1 + random.Next(40)),
        PartitionEvery = Often(random, 0.4, 20, 90),
        PartitionFor = TimeSpan.FromSeconds(5 + random.Next(120)),
        OneWayShare = random.Chance(0.5) ? random.NextDouble() : 0,
        LinkEvery = Often(random, 0.3, 5, 60),
        LinkFor = TimeSpan.FromSeconds(5 + random.Next(120)),
        FlapPeriod = random.Chance(0.5) ? TimeSpan.FromSeconds(0.2 + (random.NextDouble() * 5)) : TimeSpan.Zero,
        WeatherEvery = Often(random, 0.2, 20, 90),
        WeatherFor = TimeSpan.FromSeconds(1 + random.Next(40)),
        WeatherLoss = random.NextDouble() * 0.6,
        WeatherDelay = 1 + random.Next(30),
        LateShare = random.Chance(0.2) ? random.NextDouble() : 0,
        Lateness = TimeSpan.FromMilliseconds(random.Next(random.Chance(0.3) ? 2000 : 200)),
        DriftPpm = random.Next(random.Chance(0.1) ? 20_000 : 200),
    };

    private static TimeSpan Often(Prng random, double chance, int least, int most)
    {
        var mean = TimeSpan.FromSeconds(least + random.Next(most - least));
        return random.Chance(chance) ? mean : TimeSpan.Zero;
    }
}
