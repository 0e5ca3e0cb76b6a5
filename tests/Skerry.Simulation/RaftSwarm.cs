using System.Globalization;

using Skerry.Primitives;
using Skerry.Raft.Core;

namespace Skerry.Simulation;

/// <summary>The options of one run of a Raft group, all made from its seed; each seed draws a subset of the faults, as <see cref="GossipSwarm"/> does.</summary>
internal sealed record RaftSwarm
{
    /// <summary>What everything is made of.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Founding voters.</summary>
    public int Voters { get; init; } = 3;

    /// <summary>Nodes that may come to observe and to vote later.</summary>
    public int Others { get; init; }

    /// <summary>How members behave; the id is each member's own.</summary>
    public RaftCoreOptions Core { get; init; } = new() { Id = 1 };

    /// <summary>The network when no fault is on it.</summary>
    public NetworkOptions Network { get; init; } = new() { Mtu = 1 << 24 };

    /// <summary>What goes wrong.</summary>
    public FaultOptions Faults { get; init; } = new() { DriftPpm = 0, DownFor = TimeSpan.FromSeconds(2) };

    /// <summary>How long faults come.</summary>
    public TimeSpan Storm { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How many clients.</summary>
    public int Clients { get; init; } = 4;

    /// <summary>Mean time between a client's answer and its next request.</summary>
    public TimeSpan ThinkTime { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Objects; a register, a lock and a set in turn.</summary>
    public int Objects { get; init; } = 6;

    /// <summary>Share of the reads that rest on the lease.</summary>
    public double LeaseShare { get; init; }

    /// <summary>Share of the answers that clients never hear.</summary>
    public double AnswerLoss { get; init; }

    /// <summary>The most bytes a command carries beside itself.</summary>
    public int MaxBallast { get; init; } = 200;

    /// <summary>Mean time of a flush.</summary>
    public TimeSpan Flush { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Entries between snapshots; 0: none.</summary>
    public ulong SnapshotEvery { get; init; } = 100;

    /// <summary>Entries kept below a snapshot.</summary>
    public ulong Trailing { get; init; }

    /// <summary>Probability that a host dies at each of its writes, before or after it.</summary>
    public double WriteCrash { get; init; }

    /// <summary>Mean time between changes of the members; zero: none.</summary>
    public TimeSpan ChangeEvery { get; init; }

    /// <summary>Mean time between moves of leadership; zero: none.</summary>
    public TimeSpan TransferEvery { get; init; }

    /// <summary>Mean time between replaced disks; zero: none.</summary>
    public TimeSpan WipeEvery { get; init; }

    /// <summary>Whether the product's own log and snapshots are used, on a disk that tears and reorders what was not flushed.</summary>
    public bool HasFiles { get; init; }

    /// <summary>Probability that the machine dies in the middle of a flush, a snapshot or a start; with files.</summary>
    public double DiskDeath { get; init; }

    /// <summary>Mean time between disks that run full, for up to as long as a crashed node stays down; zero: none; with files.</summary>
    public TimeSpan FullEvery { get; init; }

    /// <summary>Mean time between flushes that fail; zero: none; with files.</summary>
    public TimeSpan FailEvery { get; init; }

    /// <summary>Mean time between bits that flip on the disk of a machine that is down; zero: none; with files.</summary>
    public TimeSpan FlipEvery { get; init; }

    /// <summary>Whether the manifest's state machine goes along with the simulated one.</summary>
    public bool HasManifest { get; init; }

    /// <summary>Bugs planted on purpose.</summary>
    public RaftBugs Bugs { get; init; }

    /// <summary>What the runner is to be called with to replay it.</summary>
    public string ReplayArguments { get; init; } = "";

    /// <summary>All nodes.</summary>
    public int Nodes => Voters + Others;

    /// <summary>The options of a seed.</summary>
    public static RaftSwarm Draw(ulong seed)
    {
        var random = new Prng(seed).Fork();
        var drawn = new RaftSwarm
        {
            Seed = seed,
            ReplayArguments = string.Create(CultureInfo.InvariantCulture, $"--raft --seed {seed} --trace"),
            Voters = 1 + random.Next(7),
            Others = random.Chance(0.3) ? 0 : 1 + random.Next(3),
            Core = DrawCore(random),
            Network = DrawNetwork(random),
            Faults = DrawFaults(random),
            Storm = TimeSpan.FromSeconds(5 + random.Next(25)),
            Clients = 1 + random.Next(6),
            ThinkTime = TimeSpan.FromMilliseconds(5 + random.Next(100)),
            Objects = 1 + random.Next(8),
            LeaseShare = random.Chance(0.5) ? random.NextDouble() : 0,
            AnswerLoss = random.Chance(0.3) ? random.NextDouble() * 0.1 : 0,
            MaxBallast = 1 + random.Next(random.Chance(0.2) ? 2000 : 200),
            Flush = TimeSpan.FromMicroseconds(10 + random.Next(random.Chance(0.2) ? 50_000 : 2000)),
            SnapshotEvery = random.Chance(0.2) ? 0UL : 5 + (ulong)random.Next(random.Chance(0.5) ? 30 : 300),
            Trailing = random.Chance(0.5) ? 0UL : (ulong)random.Next(100),
            WriteCrash = random.Chance(0.4) ? random.NextDouble() * random.NextDouble() * 0.02 : 0,
            ChangeEvery = Often(random, 0.5, 0.2, 3),
            TransferEvery = Often(random, 0.3, 0.3, 5),
            WipeEvery = Often(random, 0.3, 1, 6),
            HasFiles = random.Chance(0.5),
            DiskDeath = random.Chance(0.5) ? random.NextDouble() * random.NextDouble() * 0.05 : 0,
            FullEvery = Often(random, 0.3, 1, 6),
            FailEvery = Often(random, 0.3, 1, 6),
        };
        // By generators of their own: older draws stay as they were.
        drawn = drawn with { HasManifest = new Prng(~seed).Chance(0.4), Core = DrawPacing(drawn.Core, new Prng(seed ^ 0x6F62736572766572)) };
        drawn = drawn with { FlipEvery = Often(new Prng(seed ^ 0x666C6970), 0.4, 1, 6) };
        return random.Chance(0.35) ? drawn.Nervous(random) : drawn;
    }

    /// <summary>
    /// The same with members that die at many of their writes and are back at once, on a network that falls apart all the time: elections after elections,
    /// entry by entry. What old leaders leave behind matters most there.
    /// </summary>
    public RaftSwarm Nervous(Prng random) => this with
    {
        Voters = 3 + random.Next(3),
        Core = Core with { ElectionTimeout = TimeSpan.FromMilliseconds(200), HeartbeatInterval = TimeSpan.FromMilliseconds(50), MaxMessageBytes = 1 },
        Network = Network with { Loss = random.NextDouble() * 0.3 },
        Flush = TimeSpan.FromMicroseconds(10 + random.Next(5000)),
        WriteCrash = random.NextDouble() * 0.05,
        Faults = new FaultOptions
        {
            DriftPpm = 100,
            CrashEvery = TimeSpan.FromSeconds(0.2 + random.NextDouble()),
            DownFor = TimeSpan.FromSeconds(0.05 + (random.NextDouble() * 0.5)),
            MostDown = 1,
            PartitionEvery = TimeSpan.FromSeconds(0.2 + random.NextDouble()),
            PartitionFor = TimeSpan.FromSeconds(0.2 + random.NextDouble()),
            OneWayShare = random.NextDouble() * 0.5,
        },
    };

    /// <summary>How long a flush takes.</summary>
    public TimeSpan DrawFlush(Prng random) => Flush * Exponential.Draw(random);

    /// <summary>What a client does next. Half of the values are few, so that swaps succeed; the others tell whose they are.</summary>
    public Operation DrawOperation(Prng random, int client)
    {
        var key = random.Next(Objects);
        var kind = random.Next(4);
        var value = random.Chance(0.5) ? random.Next(4) : (client * 1_000_000) + random.Next(1_000_000);
        return (key % 3) switch
        {
            0 => kind switch
            {
                0 => new Operation(key, OperationKind.Write, value),
                1 => new Operation(key, OperationKind.CompareAndSwap, random.Next(4), value),
                _ => new Operation(key, OperationKind.Read),
            },
            1 => new Operation(key, kind switch { 0 => OperationKind.Acquire, 1 => OperationKind.Release, _ => OperationKind.Holder }, client),
            _ => new Operation(key, kind switch { 0 => OperationKind.Add, 1 => OperationKind.Remove, _ => OperationKind.Elements }, random.Next(63)),
        };
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        seed     {Seed}
        group    {Voters} voters, {Others} others; election {Core.ElectionTimeout.TotalMilliseconds:0} ms, heartbeat {Core.HeartbeatInterval.TotalMilliseconds:0} ms
        core     message {Core.MaxMessageBytes} B, in flight {Core.MaxInflightMessages} and {Core.MaxInflightBytes} B, cache {Core.CacheBytes} B, chunk {Core.SnapshotChunkBytes} B
        observed every {Core.ObserverInterval.TotalMilliseconds:0} ms each, {Core.MaxObserverInterval.TotalMilliseconds:0} ms or {Core.ObserverBytes} B
        disk     flush {Flush.TotalMilliseconds:0.##} ms, snapshot every {SnapshotEvery}, {Trailing} kept, dies at {WriteCrash:0.####} of the writes{(HasFiles ? $"; files, dies in {DiskDeath:0.####} of the calls, full every {FullEvery.TotalSeconds:0.#} s, fails every {FailEvery.TotalSeconds:0.#} s, a bit flips every {FlipEvery.TotalSeconds:0.#} s" : "")}
        network  {Network}
        faults   {Faults}
        storm    {Storm.TotalSeconds:0} s, change every {ChangeEvery.TotalSeconds:0.##} s, move every {TransferEvery.TotalSeconds:0.##} s, wipe every {WipeEvery.TotalSeconds:0.##} s
        clients  {Clients} on {Objects} objects{(HasManifest ? " and the manifest" : "")}, {ThinkTime.TotalMilliseconds:0} ms apart, lease {LeaseShare:0.##}, answers lost {AnswerLoss:0.###}{(Bugs == RaftBugs.None ? "" : $"; bugs {Bugs}")}
        """);

    private static RaftCoreOptions DrawCore(Prng random)
    {
        var election = TimeSpan.FromMilliseconds(200 + random.Next(600));
        return new RaftCoreOptions
        {
            Id = 1,
            ElectionTimeout = election,
            HeartbeatInterval = election / (3 + random.Next(5)),
            MaxMessageBytes = 100 + random.Next(random.Chance(0.5) ? 1000 : 100_000),
            MaxInflightMessages = 1 + random.Next(random.Chance(0.5) ? 4 : 64),
            MaxInflightBytes = 100 + random.Next(random.Chance(0.5) ? 2000 : 100_000),
            MaxApplyingBytes = 1 + random.Next(10_000),
            MaxPendingBytes = 1000 + random.Next(100_000),
            CacheBytes = random.Chance(0.5) ? 0 : random.Next(50_000),
            SnapshotChunkBytes = 16 + random.Next(random.Chance(0.5) ? 200 : 5000),
            PromotionLag = (ulong)random.Next(50),
        };
    }

    /// <summary>What gathers for observers: nothing, for moments, or longer than an election takes.</summary>
    private static RaftCoreOptions DrawPacing(RaftCoreOptions core, Prng random) => random.Chance(0.25) ? core : core with
    {
        ObserverInterval = TimeSpan.FromMilliseconds(1 + random.Next(random.Chance(0.2) ? 1000 : 100)),
        MaxObserverInterval = TimeSpan.FromMilliseconds(1 + random.Next(1000)),
        ObserverBytes = 1 + random.Next(random.Chance(0.5) ? 2000 : 100_000),
    };

    private static NetworkOptions DrawNetwork(Prng random) => new()
    {
        MinDelay = TimeSpan.FromMicroseconds(50 + random.Next(random.Chance(0.3) ? 10_000 : 500)),
        MeanExtraDelay = TimeSpan.FromMicroseconds(random.Next(random.Chance(0.3) ? 10_000 : 500)),
        MaxDelay = TimeSpan.FromSeconds(1),
        Loss = random.Chance(0.4) ? random.NextDouble() * (random.Chance(0.3) ? 0.3 : 0.03) : 0,
        Duplicate = random.Chance(0.3) ? random.NextDouble() * 0.2 : 0,
        Reorder = random.Chance(0.3) ? random.NextDouble() * 0.2 : 0,
        Hold = TimeSpan.FromSeconds(0.01 + (random.NextDouble() * random.NextDouble() * 5)),
        Mtu = 1 << 24,
    };

    private static FaultOptions DrawFaults(Prng random) => new()
    {
        CrashEvery = Often(random, 0.5, 0.5, 6),
        DownFor = TimeSpan.FromSeconds(0.05 + (random.NextDouble() * 4)),
        MostDown = random.Chance(0.3) ? 1 : 0.5,
        PauseEvery = Often(random, 0.3, 0.5, 6),
        PauseFor = TimeSpan.FromSeconds(0.1 + (random.NextDouble() * 3)),
        PartitionEvery = Often(random, 0.5, 0.5, 6),
        PartitionFor = TimeSpan.FromSeconds(0.2 + (random.NextDouble() * 5)),
        OneWayShare = random.Chance(0.5) ? random.NextDouble() : 0,
        LinkEvery = Often(random, 0.3, 0.3, 4),
        LinkFor = TimeSpan.FromSeconds(0.2 + (random.NextDouble() * 5)),
        FlapPeriod = random.Chance(0.5) ? TimeSpan.FromSeconds(0.05 + random.NextDouble()) : TimeSpan.Zero,
        WeatherEvery = Often(random, 0.2, 2, 10),
        WeatherFor = TimeSpan.FromSeconds(0.5 + (random.NextDouble() * 5)),
        WeatherLoss = random.NextDouble() * 0.6,
        WeatherDelay = 1 + random.Next(30),
        LateShare = random.Chance(0.2) ? random.NextDouble() : 0,
        Lateness = TimeSpan.FromMilliseconds(random.Next(300)),
        // As far as leases allow: one part in a hundred.
        DriftPpm = random.Chance(0.5) ? 10_000 : 100,
    };

    private static TimeSpan Often(Prng random, double chance, double least, double most) =>
        random.Chance(chance) ? TimeSpan.FromSeconds(least + (random.NextDouble() * (most - least))) : TimeSpan.Zero;
}
