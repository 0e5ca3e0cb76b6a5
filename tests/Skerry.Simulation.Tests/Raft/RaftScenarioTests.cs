using Skerry.Raft.Core;

namespace Skerry.Simulation.Tests;

/// <summary>Scenarios with one fault each, at a place that was chosen.</summary>
public sealed class RaftScenarioTests
{
    public static TheoryData<string, bool> Places => new(
        from place in new[] { "write", "written", "flush", "flushed", "snapshot", "snapshotted", "compact" }
        from isLeader in new[] { false, true }
        select (place, isLeader));

    [Theory]
    [MemberData(nameof(Places))]
    public void A_member_that_dies_at_a_write_loses_nothing_that_was_acknowledged(string place, bool isLeader)
    {
        foreach (var hasFiles in new[] { false, true })
        {
            var run = Begin(new RaftSwarm { Seed = 1, SnapshotEvery = 20, HasFiles = hasFiles });
            for (var death = 0; death < 5; death++)
            {
                Assert.True(run.World.RunUntil(() => run.Group.Leader is not null && run.Group.Hosts.Count() == 3, TimeSpan.FromSeconds(30), TimeSpan.FromMilliseconds(10)));
                var victim = run.Group.Hosts.First(host => host == run.Group.Leader == isLeader).Node;
                run.Group.NextCrash = (victim, place);
                Assert.True(run.World.RunUntil(() => run.Group.WriteCrashes > death, TimeSpan.FromMinutes(2), TimeSpan.FromMilliseconds(10)), $"n{victim} did not come to '{place}'.");
            }

            run.Settle();
            run.Judge();
        }
    }

    [Theory]
    [InlineData("chunk")]
    [InlineData("restore")]
    [InlineData("restored")]
    public void A_member_that_dies_while_it_takes_a_snapshot_in_gets_it_again(string place)
    {
        foreach (var hasFiles in new[] { false, true })
        {
            var run = Begin(new RaftSwarm { Seed = 2, SnapshotEvery = 20, HasFiles = hasFiles, Core = new RaftCoreOptions { Id = 1, SnapshotChunkBytes = 50 } });
            run.World.RunFor(TimeSpan.FromSeconds(2));
            var victim = run.Group.Hosts.First(host => host != run.Group.Leader).Node;
            run.World.Crash(run.World.Nodes[victim]);
            run.World.RunFor(TimeSpan.FromSeconds(5));
            run.Group.NextCrash = (victim, place);
            run.World.Start(run.World.Nodes[victim]);
            Assert.True(run.World.RunUntil(() => run.Group.WriteCrashes > 0, TimeSpan.FromSeconds(30), TimeSpan.FromMilliseconds(10)), $"n{victim} did not come to '{place}'.");
            run.Settle();
            run.Judge();
        }
    }

    [Fact]
    public void All_members_that_die_at_once_come_back_with_all_that_was_acknowledged()
    {
        var run = Begin(new RaftSwarm { Seed = 3, Voters = 5, HasFiles = true });
        for (var i = 0; i < 5; i++)
        {
            run.World.RunFor(TimeSpan.FromSeconds(3));
            foreach (var node in run.World.Nodes) run.World.Crash(node, withMachine: true);
            run.World.RunFor(TimeSpan.FromSeconds(1));
            foreach (var node in run.World.Nodes) run.World.Start(node);
        }

        run.Settle();
        run.Judge();
        Assert.True(run.Group.History.Count > 300);
    }

    [Fact]
    public void The_next_write_after_a_leaders_death_comes_within_two_election_timeouts_and_a_little()
    {
        // Silence of at most twice 400 ms, two rounds of messages, two flushes; then the client must find the new leader.
        var waits = new List<TimeSpan>();
        for (var seed = 1UL; seed <= 20; seed++)
        {
            var run = Begin(new RaftSwarm { Seed = seed, Clients = 8 });
            run.World.RunFor(TimeSpan.FromSeconds(2));
            var leader = run.Group.Leader!.Node;
            var committed = run.Ledger.Committed;
            var died = run.World.Now;
            run.World.Crash(run.World.Nodes[leader]);
            var elections = run.Ledger.Elections;
            Assert.True(run.World.RunUntil(() => run.Ledger.Elections > elections && run.Ledger.Committed > committed + 2, TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(1)));
            waits.Add(run.World.Now - died);
        }

        waits.Sort();
        Assert.InRange(waits[10], TimeSpan.Zero, TimeSpan.FromSeconds(0.8));
        Assert.InRange(waits[^1], TimeSpan.Zero, TimeSpan.FromSeconds(2.5));
    }

    [Fact]
    public void A_rolling_replacement_of_all_disks_loses_nothing_that_was_acknowledged()
    {
        var run = Begin(new RaftSwarm { Seed = 4, Voters = 3, HasFiles = true });
        for (var node = 0; node < 3; node++)
        {
            var old = run.Group.DiskOf(node).Id;
            run.World.RunFor(TimeSpan.FromSeconds(2));
            run.World.Crash(run.World.Nodes[node], withMachine: true);
            run.Group.Wipe(node);
            run.World.Start(run.World.Nodes[node]);
            var id = run.Group.DiskOf(node).Id;
            Change(run, new MemberChange(MemberChangeKind.Remove, old), new MemberChange(MemberChangeKind.Add, id, $"n{node}"));
            Change(run, new MemberChange(MemberChangeKind.Promote, id));
        }

        run.Settle();
        run.Judge();
        Assert.Equal(3, run.Group.Leader!.Core.Configuration.NewVoters.Length);
        Assert.All(run.Group.Leader.Core.Configuration.Members, member => Assert.False(run.Group.DiskOf(member.Id).IsGone));
    }

    [Fact]
    public void A_disk_without_room_keeps_what_it_was_given_until_there_is_some()
    {
        var run = Begin(new RaftSwarm { Seed = 5, HasFiles = true });
        run.World.RunFor(TimeSpan.FromSeconds(2));
        foreach (var node in run.World.Nodes) run.Group.DiskOf(node.Index).Files!.IsFull = true;
        run.World.RunFor(TimeSpan.FromSeconds(5));
        var stalled = run.Ledger.Committed;
        run.World.RunFor(TimeSpan.FromSeconds(5));
        Assert.InRange(run.Ledger.Committed, stalled, stalled + 2);
        foreach (var node in run.World.Nodes) run.Group.DiskOf(node.Index).Files!.IsFull = false;
        run.Settle();
        run.Judge();
        Assert.True(run.Ledger.Committed > stalled + 20);
    }

    private static RaftRun Begin(RaftSwarm options)
    {
        var run = new RaftRun(options);
        run.Group.StartAll();
        return run;
    }

    private static void Change(RaftRun run, params MemberChange[] changes)
    {
        var isTaken = false;
        Assert.True(run.World.RunUntil(
            () =>
            {
                if (run.Group.Leader is not { } leader) return false;
                if (!isTaken) run.World.Command<RaftHost>(run.World.Nodes[leader.Node], "change", (host, now) => isTaken = host.Do(core => core.ChangeMembers(changes, false, now), now).IsTaken);
                return isTaken && !leader.Core.Configuration.IsJoint && leader.Core.ConfigurationIndex <= leader.Core.CommitIndex;
            },
            TimeSpan.FromSeconds(30), TimeSpan.FromMilliseconds(50)), $"The change {string.Join(", ", changes)} was not made.");
    }
}
