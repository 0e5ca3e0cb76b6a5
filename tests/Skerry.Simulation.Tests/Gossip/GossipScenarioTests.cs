using Skerry.Gossip;

namespace Skerry.Simulation.Tests;

/// <summary>
/// Situations worth naming, a paragraph each. The checkers of <see cref="GossipRun"/> watch all the time: event order, incarnations, bounds
/// of detection and convergence, and that no running node is reported failed unless the scenario says that this may be.
/// </summary>
public sealed class GossipScenarioTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void Two_sides_of_a_partition_lose_each_other_and_find_together_again()
    {
        var run = Formed(20);
        run.AllowFalseFailures();
        var inside = Enumerable.Range(0, 7).ToArray();
        var cut = Partition.Around(20, inside);
        run.World.Network.Add(cut);
        run.World.RunFor(3 * Minute);
        for (var a = 0; a < 20; a++)
        {
            for (var b = 0; b < 20; b++)
            {
                var expected = a < 7 == b < 7 ? MemberStatus.Alive : MemberStatus.Failed;
                if (a != b) Assert.Equal(expected, run.Group.Ledger.View(a, b));
            }
        }

        run.World.Network.Mend(cut);
        run.Converge("heal");
        run.StayStill();
    }

    [Fact]
    public void A_node_cut_off_alone_holds_all_failed_and_comes_back()
    {
        var run = Formed(12);
        run.AllowFalseFailures();
        run.World.Network.Add(Partition.Around(12, 5));
        run.World.RunFor(3 * Minute);
        Assert.All(Others(run, 5), other => Assert.Equal(MemberStatus.Failed, run.Group.Ledger.View(5, other)));
        Assert.All(Others(run, 5), other => Assert.Equal(MemberStatus.Failed, run.Group.Ledger.View(other, 5)));

        run.World.Network.MendAll();
        run.Converge("heal");
        run.StayStill();
    }

    [Fact]
    public void A_link_that_is_cut_one_way_makes_nobody_fail_since_others_can_reach_both_ends()
    {
        var run = Formed(10);
        run.World.Network.Add(new LinkCut(3, 7));
        run.World.RunFor(10 * Minute);
        Assert.Equal(0, run.Group.Counts[(int)MembershipChange.Failed]);
    }

    [Fact]
    public void A_flapping_link_makes_nobody_fail()
    {
        var run = Formed(10);
        var storm = new Storm(run.World, new FaultOptions { LinkEvery = TimeSpan.FromSeconds(1), LinkFor = Minute, FlapPeriod = TimeSpan.FromSeconds(2) });
        storm.Begin();
        run.World.RunFor(10 * Minute);
        storm.End(run.Group.Options.Network);
        Assert.Equal(0, run.Group.Counts[(int)MembershipChange.Failed]);
    }

    [Fact]
    public void A_node_that_hears_but_is_not_heard_is_failed_by_all_and_comes_back()
    {
        var run = Formed(10);
        run.AllowFalseFailures();
        var inside = new bool[10];
        inside[4] = true;
        run.World.Network.Add(new Partition(inside, blocksOut: true, blocksIn: false));
        run.World.RunFor(3 * Minute);
        Assert.All(Others(run, 4), other => Assert.Equal(MemberStatus.Failed, run.Group.Ledger.View(other, 4)));

        run.World.Network.MendAll();
        run.Converge("heal");
    }

    [Fact]
    public void A_slow_node_is_blamed_by_nobody_and_blames_nobody()
    {
        // Its loop is late by up to 400 ms at each event: its acks come after the probe timeout of 500 ms more often than not when it is
        // asked through others too, but before the interval is over.
        var run = Formed(20);
        run.World.Delay(run.World.Nodes[11], TimeSpan.FromMilliseconds(400));
        run.World.RunFor(15 * Minute);
        Assert.Equal(0, run.Group.Counts[(int)MembershipChange.Failed]);
    }

    [Fact]
    public void A_node_with_a_loop_seconds_late_does_not_make_healthy_ones_fail()
    {
        // What Lifeguard is for: the late one must doubt itself. That it is itself held dead at times is right.
        var run = Formed(20);
        run.AllowFalseFailures();
        var blamed = new HashSet<int>();
        run.Group.Reported += report =>
        {
            if (report.Change == MembershipChange.Failed) blamed.Add(report.Subject);
        };
        run.World.Delay(run.World.Nodes[11], TimeSpan.FromSeconds(3));
        run.World.RunFor(15 * Minute);
        Assert.All(blamed, subject => Assert.Equal(11, subject));
    }

    [Fact]
    public void Late_loops_everywhere_make_nobody_fail()
    {
        var run = Formed(20);
        foreach (var node in run.World.Nodes) run.World.Delay(node, TimeSpan.FromMilliseconds(150));
        run.World.RunFor(15 * Minute);
        Assert.Equal(0, run.Group.Counts[(int)MembershipChange.Failed]);
    }

    [Fact]
    public void A_short_pause_is_forgiven()
    {
        // Two seconds are less than the shortest suspicion of four.
        var run = Formed(20);
        for (var i = 0; i < 20; i++)
        {
            run.World.Pause(run.World.Nodes[i], TimeSpan.FromSeconds(2));
            run.World.RunFor(TimeSpan.FromSeconds(20));
        }

        Assert.Equal(0, run.Group.Counts[(int)MembershipChange.Failed]);
    }

    [Fact]
    public void A_crashed_node_that_restarts_under_its_name_is_alive_again_with_a_higher_incarnation()
    {
        var run = Formed(10);
        var before = run.Group.Truths[6].HighestIncarnation;
        run.World.Crash(run.World.Nodes[6]);
        run.Converge("crash");
        Assert.All(Others(run, 6), other => Assert.Equal(MemberStatus.Failed, run.Group.Ledger.View(other, 6)));

        run.World.Start(run.World.Nodes[6]);
        run.Converge("restart");
        Assert.All(Others(run, 6), other => Assert.Equal(MemberStatus.Alive, run.Group.Ledger.View(other, 6)));
        Assert.True(run.Group.HostOf(6)!.Incarnation > before);
    }

    [Fact]
    public void A_node_that_restarts_before_anyone_noticed_is_never_failed()
    {
        var run = Formed(10);
        run.World.Crash(run.World.Nodes[6]);
        run.World.RunFor(TimeSpan.FromSeconds(1));
        run.World.Start(run.World.Nodes[6]);
        run.Converge("restart");
        run.StayStill();
        Assert.Equal(0, run.Group.Counts[(int)MembershipChange.Failed]);
    }

    [Fact]
    public void A_third_of_the_group_dying_at_once_is_known_to_the_rest_and_takes_nobody_with_it()
    {
        var run = Formed(30);
        for (var i = 0; i < 30; i += 3) run.World.Crash(run.World.Nodes[i], withMachine: i % 2 == 0);
        run.Converge("mass failure");
        Assert.Equal(10 * 20, run.Group.Counts[(int)MembershipChange.Failed]);
        run.StayStill();
    }

    [Fact]
    public void A_goodbye_said_on_one_side_of_a_partition_is_believed_on_the_other_after_healing()
    {
        var run = Formed(12);
        run.AllowFalseFailures();
        run.World.Network.Add(Partition.Around(12, 0, 1, 2, 3, 4, 5));
        run.World.RunFor(TimeSpan.FromSeconds(2));
        Assert.True(run.Group.Leave(5));
        run.World.RunFor(3 * Minute);
        Assert.Equal(MemberStatus.Left, run.Group.Ledger.View(0, 5));
        Assert.Equal(MemberStatus.Failed, run.Group.Ledger.View(11, 5));

        run.World.Network.MendAll();
        run.Converge("heal");
        Assert.True(run.World.RunUntil(() => Others(run, 5).All(o => run.Group.Ledger.View(o, 5) == MemberStatus.Left), 5 * Minute), run.Group.Views(5));
    }

    [Fact]
    public void Nodes_that_leave_and_come_back_are_never_failed()
    {
        var run = Formed(15);
        for (var i = 0; i < 10; i++)
        {
            Assert.True(run.Group.Leave(i));
            run.World.RunFor(GossipHost.LongestLeave);
            run.Converge("leave");
            run.World.Start(run.World.Nodes[i]);
            run.Converge("return");
        }

        Assert.Equal(0, run.Group.Counts[(int)MembershipChange.Failed]);
        Assert.Equal(10 * 14, run.Group.Counts[(int)MembershipChange.Left]);
    }

    [Fact]
    public void All_leaving_at_once_are_never_failed()
    {
        var run = Formed(10);
        for (var i = 1; i < 10; i++) run.Group.Leave(i);
        run.World.RunFor(2 * Minute);
        Assert.All(Others(run, 0), other => Assert.Equal(MemberStatus.Left, run.Group.Ledger.View(0, other)));
        Assert.Equal(0, run.Group.Counts[(int)MembershipChange.Failed]);
    }

    [Fact]
    public void A_change_of_tags_reaches_all_and_is_reported_as_an_update()
    {
        var run = Formed(15);
        run.World.Command<GossipHost>(run.World.Nodes[3], "tags", (host, now) => host.SetTag(42, now));
        Assert.True(run.World.RunUntil(() => run.Group.Counts[(int)MembershipChange.Updated] >= 14, Minute));
        Assert.All(Others(run, 3), other => Assert.Equal(42, run.Group.HostOf(other)!.TagOf(3)));
    }

    [Fact]
    public void Churn_without_end_is_followed_without_false_failures()
    {
        var run = Formed(30, options => options with
        {
            Faults = new FaultOptions { CrashEvery = TimeSpan.FromSeconds(15), DownFor = Minute },
            LeaveEvery = TimeSpan.FromSeconds(15),
            TagEvery = TimeSpan.FromSeconds(5),
            Storm = 10 * Minute,
        });
        run.PassStorm();
        run.StayStill();
    }

    [Fact]
    public void A_mixed_group_at_moderate_loss_does_not_flap_in_hours()
    {
        // Half of the nodes behave as Debian's Serf 0.9.4; 5 % loss, 20 ms round trips, some reordering.
        var run = Formed(20, options => options with
        {
            OldShare = 0.5,
            Network = new NetworkOptions
            {
                MinDelay = TimeSpan.FromMilliseconds(5),
                MeanExtraDelay = TimeSpan.FromMilliseconds(5),
                Loss = 0.05,
                Reorder = 0.02,
                Duplicate = 0.02,
            },
        });
        run.World.RunFor(TimeSpan.FromHours(2));
        Assert.Equal(0, run.Group.Counts[(int)MembershipChange.Failed]);
        Assert.Equal(0, run.Group.Counts[(int)MembershipChange.Left]);
    }

    private static IEnumerable<int> Others(GossipRun run, int node) => Enumerable.Range(0, run.Group.Options.Nodes).Where(i => i != node);

    private static GossipRun Formed(int nodes, Func<GossipSwarm, GossipSwarm>? change = null)
    {
        var options = new GossipSwarm { Seed = 20, Nodes = nodes };
        var run = new GossipRun(change?.Invoke(options) ?? options);
        run.Form();
        return run;
    }
}
