using Skerry.Primitives;
using Skerry.Simulation;

namespace Skerry.Replication.Tests;

/// <summary>Whole groups in a simulated world, one story each.</summary>
public sealed class ReplicationScenarioTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    [Fact]
    public void A_record_reaches_a_hundred_nodes_within_about_a_second()
    {
        var worst = TimeSpan.Zero;
        for (var seed = 1UL; seed <= 10; seed++)
        {
            var group = Quiet(100, seed);
            var began = group.World.Now;
            group.Say(7, "web", "passing");
            Assert.True(group.World.RunUntil(group.IsConverged, TimeSpan.FromSeconds(3), Step), $"seed {seed}: {group.Describe()}");
            if (group.World.Now - began > worst) worst = group.World.Now - began;
        }

        Assert.InRange(worst, TimeSpan.Zero, TimeSpan.FromSeconds(1.2));
    }

    [Fact]
    public void A_tenth_of_all_packets_lost_delays_and_does_not_prevent()
    {
        var group = Quiet(100, seed: 3);
        group.World.Network.Options = group.World.Network.Options with { Loss = 0.1, Duplicate = 0.05, Reorder = 0.05 };
        for (var i = 0; i < 20; i++) group.Say(i, "web", $"say {i}");
        Assert.True(group.World.RunUntil(group.IsConverged, TimeSpan.FromSeconds(10), Step), group.Describe());
    }

    [Fact]
    public void Three_neighbours_acknowledge_and_a_dead_one_is_waited_for_no_longer_than_300_ms()
    {
        var group = Quiet(10, seed: 5);
        var ticket = group.Say(0, "web", "one");
        group.World.RunFor(TimeSpan.FromMilliseconds(20));
        Assert.Equal(3, group.HostOf(0).Done[ticket]);

        // Membership has not noticed yet: whoever is asked now does not answer.
        for (var i = 1; i < 10; i++) group.World.Crash(group.World.Nodes[i]);
        ticket = group.Say(0, "web", "two");
        group.World.RunFor(TimeSpan.FromMilliseconds(290));
        Assert.DoesNotContain(ticket, group.HostOf(0).Done.Keys);
        group.World.RunFor(TimeSpan.FromMilliseconds(20));
        Assert.Equal(0, group.HostOf(0).Done[ticket]);
    }

    [Fact]
    public void A_lost_publication_is_sent_again_before_the_caller_goes_on()
    {
        var group = Quiet(4, seed: 5);
        group.World.Network.Options = group.World.Network.Options with { Loss = 1 };
        var ticket = group.Say(0, "web", "one");
        group.World.RunFor(TimeSpan.FromMilliseconds(50));
        group.World.Network.Options = group.World.Network.Options with { Loss = 0 };
        group.World.RunFor(TimeSpan.FromMilliseconds(100));
        Assert.Equal(3, group.HostOf(0).Done[ticket]);
    }

    [Fact]
    public void A_node_alone_waits_for_nobody()
    {
        var group = new SimulatedGroup(1, seed: 1);
        group.StartAll();
        var ticket = group.Say(0, "web", "one");
        Assert.Equal(0, group.HostOf(0).Done[ticket]);
    }

    [Fact]
    public void A_group_at_rest_costs_a_small_datagram_each_five_seconds()
    {
        var group = Quiet(100, seed: 9);
        for (var i = 0; i < 100; i++) group.Say(i, "web", new string('x', 300));
        Assert.True(group.World.RunUntil(group.IsConverged, TimeSpan.FromSeconds(30)));
        group.World.RunFor(TimeSpan.FromSeconds(30));
        var before = group.SentBytes;
        group.World.RunFor(TimeSpan.FromSeconds(100));
        Assert.InRange((group.SentBytes - before) / 100.0 / 100, 0.1, 8);
    }

    [Fact]
    public void After_a_partition_both_sides_know_what_the_other_said_and_withdrew()
    {
        var group = Quiet(40, seed: 11);
        for (var i = 0; i < 40; i++) group.Say(i, "old", "old");
        Assert.True(group.World.RunUntil(group.IsConverged, TimeSpan.FromSeconds(30)));
        group.Split([.. Enumerable.Range(0, 20)]);
        for (var i = 0; i < 40; i++)
        {
            group.Say(i, "old", null);
            group.Say(i, "new", $"of {i}");
        }

        group.World.RunFor(TimeSpan.FromMinutes(2));
        Assert.False(group.IsConverged());
        group.Heal();
        Assert.True(group.World.RunUntil(() => group.IsConverged() && group.HasOneDigest(), TimeSpan.FromSeconds(30)), group.Describe());
    }

    [Fact]
    public void A_restarted_owner_takes_back_what_its_earlier_life_said_also_when_its_clock_went_back()
    {
        var group = Quiet(10, seed: 13);
        group.Say(0, "kept", "before");
        group.Say(0, "dropped", "before");
        group.World.RunFor(TimeSpan.FromSeconds(5));
        group.Crash(0);
        group.ClockError = index => index == 0 ? -3_600_000 : 0;
        group.Note(0, "kept", "after");
        group.Note(0, "dropped", null);
        group.Start(0);
        Assert.True(group.World.RunUntil(group.IsConverged, TimeSpan.FromSeconds(30)), group.Describe());

        group.Say(0, "kept", "later");
        Assert.True(group.World.RunUntil(group.IsConverged, TimeSpan.FromSeconds(5), Step), group.Describe());
    }

    [Fact]
    public void A_node_that_joins_learns_thousands_of_records_and_does_not_tell_them_on()
    {
        var group = new SimulatedGroup(20, seed: 17);
        for (var i = 0; i < 19; i++) group.World.Start(group.World.Nodes[i]);
        group.TellPeers();
        for (var i = 0; i < 19; i++)
        {
            for (var j = 0; j < 100; j++) group.Say(i, $"thing-{j:000}", new string('x', 200));
        }

        Assert.True(group.World.RunUntil(group.IsConverged, TimeSpan.FromMinutes(2)), group.Describe());
        group.World.RunFor(TimeSpan.FromSeconds(30));
        var before = group.SentBytes;
        group.Start(19);
        Assert.True(group.World.RunUntil(group.IsConverged, TimeSpan.FromSeconds(15)), group.Describe());
        group.World.RunFor(TimeSpan.FromSeconds(10));

        // 1900 records of some 240 bytes, once, with their versions beside them.
        Assert.InRange(group.SentBytes - before, 450_000, 1_500_000);
        Assert.InRange(group.HostOf(19).SentBytes, 0, 350_000);
    }

    [Fact]
    public void A_burst_of_registrations_reaches_everybody_in_seconds()
    {
        var group = Quiet(50, seed: 19);
        for (var i = 0; i < 500; i++) group.Say(3, $"thing-{i:000}", new string('x', 400));
        Assert.True(group.World.RunUntil(group.IsConverged, TimeSpan.FromSeconds(10), Step), group.Describe());
    }

    [Fact]
    public void A_forgotten_owner_stays_forgotten_though_a_peer_still_speaks_of_it()
    {
        var group = Quiet(10, seed: 23);
        group.Say(0, "web", "here");
        Assert.True(group.World.RunUntil(group.IsConverged, TimeSpan.FromSeconds(10)));
        group.Crash(0);
        for (var i = 1; i < 9; i++) group.HostOf(i).Core.Forget(group.NameOf(0));
        group.World.RunFor(TimeSpan.FromMinutes(2));
        for (var i = 1; i < 9; i++) Assert.Empty(SimulatedGroup.ViewOf(group.World.Nodes[i]));
        Assert.Single(SimulatedGroup.ViewOf(group.World.Nodes[9]));

        for (var i = 1; i < 10; i++) group.HostOf(i).Core.Revive(group.NameOf(0));
        group.Start(0);
        Assert.True(group.World.RunUntil(group.IsConverged, TimeSpan.FromSeconds(30)), group.Describe());
    }

    [Fact]
    public void Withdrawals_are_dropped_by_all_after_a_day_and_handed_back_by_nobody()
    {
        var group = Quiet(8, seed: 29);
        group.Say(0, "web", "here");
        group.World.RunFor(TimeSpan.FromSeconds(10));
        group.Split(6, 7);
        group.Say(0, "web", null);
        group.World.RunFor(TimeSpan.FromHours(20));
        group.Heal();
        group.World.RunFor(TimeSpan.FromHours(3));
        Assert.True(group.IsConverged());
        Assert.All(group.Up, node => Assert.Single(SimulatedGroup.Host(node).Core.Store.All));

        group.World.RunFor(TimeSpan.FromHours(2));
        Assert.All(group.Up, node => Assert.Empty(SimulatedGroup.Host(node).Core.Store.All));
        var before = group.SentBytes;
        group.World.RunFor(TimeSpan.FromMinutes(10));
        Assert.All(group.Up, node => Assert.Empty(SimulatedGroup.Host(node).Core.Store.All));
        Assert.InRange(group.SentBytes - before, 0, 8 * 600 * 8);
    }

    [Fact]
    public void Whatever_happens_all_views_are_equal_after_it_has_healed()
    {
        for (var seed = 1UL; seed <= 25; seed++) Storm(seed);
    }

    [Fact]
    public void The_same_seed_gives_the_same_run_twice() => Assert.Equal(Storm(7), Storm(7));

    /// <summary>Five minutes of registrations, restarts, partitions, loss and wrong clocks; then a quiet network, and one view.</summary>
    private static ulong Storm(ulong seed)
    {
        var random = new Prng(seed);
        var group = new SimulatedGroup(4 + random.Next(20), seed);
        var errors = Enumerable.Range(0, group.Count).Select(_ => random.Next(20_000_000) - 10_000_000L).ToArray();
        group.ClockError = index => errors[index];
        group.World.Network.Options = new NetworkOptions { Loss = random.NextDouble() * 0.3, Duplicate = random.NextDouble() * 0.1, Reorder = random.NextDouble() * 0.1 };
        group.StartAll();
        for (var step = 0; step < 150; step++)
        {
            Disturb(group, random, errors);
            group.World.RunFor(random.NextDuration(TimeSpan.FromSeconds(4)));
        }

        group.Heal();
        group.World.Network.Options = new NetworkOptions();
        for (var i = 0; i < group.Count; i++)
        {
            if (group.World.Nodes[i].State == NodeState.Down) group.Start(i);
        }

        Assert.True(group.World.RunUntil(() => group.IsConverged() && group.HasOneDigest(), TimeSpan.FromMinutes(1)), $"seed {seed}: {group.Describe()}");
        return group.World.Hash;
    }

    private static void Disturb(SimulatedGroup group, Prng random, long[] errors)
    {
        var index = random.Next(group.Count);
        var isUp = group.World.Nodes[index].State == NodeState.Up;
        switch (random.Next(10))
        {
            case 0 when isUp:
                group.Crash(index);
                break;
            case 0 or 1 when !isUp:
                errors[index] = random.Next(20_000_000) - 10_000_000L;
                group.Start(index);
                break;
            case 2:
                group.Heal();
                break;
            case 3:
                group.Heal();
                group.Split([.. Enumerable.Range(0, group.Count).Where(_ => random.Chance(0.5))]);
                break;
            default:
                var text = random.Chance(0.3) ? null : new string((char)('a' + random.Next(26)), random.Next(2000));
                if (isUp) group.Say(index, $"thing-{random.Next(5)}", text);
                else group.Note(index, $"thing-{random.Next(5)}", text);
                break;
        }
    }

    private static SimulatedGroup Quiet(int nodes, ulong seed)
    {
        var group = new SimulatedGroup(nodes, seed);
        group.StartAll();
        group.World.RunFor(TimeSpan.FromSeconds(6));
        return group;
    }
}
