using Skerry.Primitives;

namespace Skerry.Simulation.Tests;

/// <summary>Bugs planted in the host, each of which some rule must find within a few seeds. Who changes a checker sees here whether it still sees.</summary>
public sealed class RaftBugTests
{
    private const ulong Seeds = 300;

    [Fact]
    public void A_stale_read_is_found_in_what_clients_saw() => Finds(RaftBugs.StaleRead, "linearizability");

    [Fact]
    public void A_lost_write_is_found_in_what_clients_saw() => Finds(RaftBugs.LostWrite, "linearizability");

    [Fact]
    public void A_command_applied_twice_is_found_in_what_clients_saw() => Finds(RaftBugs.DoubleApply, "linearizability");

    [Fact]
    public void A_forgotten_vote_is_found() => Finds(RaftBugs.ForgottenVote, drawn => drawn.Nervous(new Prng(drawn.Seed)), "one vote", "election safety");

    [Fact]
    public void A_disk_that_lies_about_its_flushes_is_found() => Finds(RaftBugs.LyingFlush, "log matching", "leader completeness", "state machine safety", "linearizability", "InvariantException");

    [Fact]
    public void A_wiped_disk_that_keeps_its_id_is_found() =>
        Finds(RaftBugs.WipedIdentity, "one vote", "election safety", "leader completeness", "durable quorum", "InvariantException", "convergence", "progress");

    [Fact]
    public void A_state_that_takes_its_time_from_its_machine_is_found() => Finds(RaftBugs.LocalTime, drawn => drawn with { HasManifest = true }, "state machine safety");

    [Fact]
    public void A_lease_longer_than_the_clocks_allow_is_found() => Finds(RaftBugs.LongLease, LateLeaders, "fresh reads");

    [Fact]
    public void A_lease_as_the_clocks_allow_holds_there()
    {
        for (var seed = 1UL; seed <= 30; seed++)
        {
            var result = RaftRun.Execute(LateLeaders(RaftSwarm.Draw(seed)));
            Assert.True(result.Failure is null, result.Report());
        }
    }

    /// <summary>Leaders that are cut off and notice it late, asked on their lease all the time.</summary>
    private static RaftSwarm LateLeaders(RaftSwarm drawn) => drawn with
    {
        Voters = 3,
        Others = 0,
        Clients = 6,
        Objects = 1,
        LeaseShare = 1,
        ThinkTime = TimeSpan.FromMilliseconds(5),
        ChangeEvery = TimeSpan.Zero,
        WipeEvery = TimeSpan.Zero,
        FlipEvery = TimeSpan.Zero,
        Core = drawn.Core with { ElectionTimeout = TimeSpan.FromMilliseconds(500), HeartbeatInterval = TimeSpan.FromMilliseconds(100) },
        Network = new NetworkOptions { Mtu = 1 << 24 },
        Flush = TimeSpan.FromMilliseconds(1),
        Storm = TimeSpan.FromSeconds(30),
        Faults = new FaultOptions
        {
            DriftPpm = 10_000,
            PartitionEvery = TimeSpan.FromSeconds(3),
            PartitionFor = TimeSpan.FromSeconds(6),
            LateShare = 0.3,
            Lateness = TimeSpan.FromMilliseconds(800),
        },
    };

    private static void Finds(RaftBugs bug, params string[] rules) => Finds(bug, drawn => drawn, rules);

    private static void Finds(RaftBugs bug, Func<RaftSwarm, RaftSwarm> shape, params string[] rules)
    {
        for (var seed = 1UL; seed <= Seeds; seed++)
        {
            var failure = RaftRun.Execute(shape(RaftSwarm.Draw(seed)) with { Bugs = bug }).Failure;
            if (failure is not null && rules.Contains((failure as SimulationFailure)?.Rule ?? failure.GetType().Name)) return;
        }

        Assert.Fail($"{bug} was planted, and {Seeds} seeds broke none of {string.Join(", ", rules)}.");
    }
}
