using Skerry.Gossip;
using Skerry.Primitives;

namespace Skerry.Simulation.Tests;

/// <summary>A checker that has never failed proves nothing: each rule is broken on purpose here.</summary>
public sealed class GossipCheckerTests
{
    [Theory]
    [InlineData(MembershipChange.Failed, MemberStatus.Failed)]
    [InlineData(MembershipChange.Left, MemberStatus.Left)]
    [InlineData(MembershipChange.Updated, MemberStatus.Alive)]
    [InlineData(MembershipChange.Reaped, MemberStatus.None)]
    public void Nothing_but_a_join_may_be_told_of_a_stranger(MembershipChange change, MemberStatus status)
    {
        var group = new GossipRun(new GossipSwarm { Seed = 1, Nodes = 3 }).Group;
        AssertBreaks("event order", () => group.Report(new GossipReport(0, 1, change, status, 1)));
    }

    [Fact]
    public void Nobody_joins_twice_or_leaves_twice_in_a_row()
    {
        var group = new GossipRun(new GossipSwarm { Seed = 1, Nodes = 3 }).Group;
        group.Report(new GossipReport(0, 1, MembershipChange.Joined, MemberStatus.Alive, 1));
        AssertBreaks("event order", () => group.Report(new GossipReport(0, 1, MembershipChange.Joined, MemberStatus.Alive, 2)));
        group.Report(new GossipReport(0, 1, MembershipChange.Left, MemberStatus.Left, 2));
        AssertBreaks("event order", () => group.Report(new GossipReport(0, 1, MembershipChange.Left, MemberStatus.Left, 2)));
    }

    [Fact]
    public void A_running_node_reported_failed_is_caught()
    {
        var run = Formed();
        AssertBreaks("false failure", () => run.Group.Report(new GossipReport(0, 1, MembershipChange.Failed, MemberStatus.Failed, 1)));
    }

    [Fact]
    public void A_node_that_said_goodbye_reported_failed_is_caught()
    {
        var run = Formed();
        run.AllowFalseFailures();
        Assert.True(run.Group.Leave(1));
        AssertBreaks("graceful leave", () => run.Group.Report(new GossipReport(0, 1, MembershipChange.Failed, MemberStatus.Failed, 1)));
    }

    [Fact]
    public void A_live_node_that_stays_dead_in_one_view_is_caught()
    {
        var run = Formed();
        run.Group.Ledger.Record(0, 1, MemberStatus.Failed);
        AssertBreaks("held dead", () => run.World.RunFor(TimeSpan.FromHours(1)));
    }

    [Fact]
    public void A_crash_that_one_node_never_notices_is_caught()
    {
        var run = Formed();
        run.World.Crash(run.World.Nodes[1]);
        run.Group.Ledger.Allow(1, AllowedStatus.Left);
        AssertBreaks("detection", () => run.World.RunFor(TimeSpan.FromHours(1)));
    }

    [Fact]
    public void A_view_that_stays_wrong_in_any_other_way_is_caught()
    {
        var run = Formed();
        run.Group.Ledger.Record(0, 1, MemberStatus.None);
        AssertBreaks("convergence", () => run.World.RunFor(TimeSpan.FromHours(1)));
    }

    [Fact]
    public void An_incarnation_nobody_has_given_itself_is_caught()
    {
        var run = Formed();
        run.Group.Truths[1].HighestIncarnation = 0;
        run.World.Crash(run.World.Nodes[0]);
        run.World.Start(run.World.Nodes[0]);
        AssertBreaks("incarnation", () => run.World.RunFor(TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void Events_that_tell_another_story_than_the_table_are_caught()
    {
        var run = Formed();
        run.Group.Ledger.Record(0, 1, MemberStatus.Left);
        AssertBreaks("audit", run.Group.Audit);
    }

    [Fact]
    public void The_ledger_counts_wrong_views_as_a_recount_does()
    {
        const int nodes = 6;
        var random = new Prng(31);
        var ledger = new GossipLedger(nodes);
        for (var i = 0; i < 5000; i++)
        {
            switch (random.Next(4))
            {
                case 0: ledger.Allow(random.Next(nodes), (AllowedStatus)random.Next(32)); break;
                case 1: ledger.Observe(random.Next(nodes), random.Chance(0.7)); break;
                default: ledger.Record(random.Next(nodes), random.Next(nodes), (MemberStatus)random.Next(5)); break;
            }

            Assert.Equal(ledger.WrongViews().Count(), ledger.Wrong);
        }
    }

    [Fact]
    public void A_failing_run_says_how_to_replay_it_and_what_happened_last()
    {
        var swarm = GossipSwarm.Draw(77);
        var run = new GossipRun(swarm);
        run.Form();
        var report = new GossipResult(swarm, run, new SimulationFailure("rule", "what was seen"), TimeSpan.Zero).Report();
        Assert.Contains("rule: what was seen", report, StringComparison.Ordinal);
        Assert.Contains("-- --seed 77 --trace", report, StringComparison.Ordinal);
        Assert.Contains(swarm.ToString(), report, StringComparison.Ordinal);
        Assert.Contains(Trace.Head, report, StringComparison.Ordinal);
        Assert.True(report.Split('\n').Length > 50, report);
    }

    [Theory]
    [InlineData("--seed")]
    [InlineData("--seed", "-1")]
    [InlineData("--nodes", "1")]
    [InlineData("--swarm", "0")]
    [InlineData("--what", "7")]
    public void The_runner_refuses_options_it_does_not_know(params string[] arguments)
    {
        Assert.False(RunnerOptions.TryParse(arguments, out _, out var error));
        Assert.Contains(arguments[0], error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_runner_reads_all_its_options()
    {
        string[] arguments = ["--seed", "9", "--swarm", "3", "--nodes", "12", "--minutes", "0.5", "--twice", "--trace"];
        Assert.True(RunnerOptions.TryParse(arguments, out var options, out _));
        Assert.Equal(new RunnerOptions { Seed = 9, Swarm = 3, Nodes = 12, Minutes = 0.5, Twice = true, Trace = true }, options);
        Assert.Equal("--seed 9 --nodes 12 --minutes 0.5 --trace", options.Draw(9).ReplayArguments);
    }

    private static void AssertBreaks(string rule, Action action) => Assert.Equal(rule, Assert.Throws<SimulationFailure>(action).Rule);

    private static GossipRun Formed()
    {
        var run = new GossipRun(new GossipSwarm { Seed = 5, Nodes = 8 });
        run.Form();
        return run;
    }
}
