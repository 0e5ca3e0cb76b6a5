using Skerry.Raft.Core;

namespace Skerry.Raft.Tests;

public sealed class ReplicationTests
{
    [Fact]
    public void What_is_proposed_is_applied_everywhere_in_one_order()
    {
        var group = new TestGroup(3);
        group.Elect(1);
        var result = group.Propose("a", "b", "c");
        Assert.Equal((Refusal.None, 3UL), (result.Refusal, result.Index));
        group.Propose("d");
        Assert.All(group.Peers, peer => Assert.Equal(["a", "b", "c", "d"], peer.Commands()));
    }

    /// <summary>The paper, figure 7: whatever a follower lacks or has too much of, its log becomes the leader's.</summary>
    [Fact]
    public void Every_follower_of_figure_7_comes_to_hold_the_leaders_log()
    {
        var group = new TestGroup(7);
        Set(1, 7, 1, 1, 1, 4, 4, 5, 5, 6, 6, 6);
        Set(2, 6, 1, 1, 1, 4, 4, 5, 5, 6, 6);
        Set(3, 6, 1, 1, 1, 4);
        Set(4, 6, 1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6);
        Set(5, 7, 1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7);
        Set(6, 6, 1, 1, 1, 4, 4, 4, 4);
        Set(7, 6, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3);
        var leader = group.Elect(1);
        Assert.All(group.Peers, peer => Assert.Equal([1, 1, 1, 4, 4, 5, 5, 6, 6, 6, leader.Core.Term], peer.Terms()));
        Assert.All(group.Peers, peer => Assert.Equal(11UL, peer.Core.CommitIndex));

        void Set(ulong id, ulong term, params ulong[] terms) => group.Add(id, Logs.Of(group, terms), new HardState(term, 0));
    }

    /// <summary>The paper, figure 8: an entry of an earlier term that a majority has may still be replaced, so its leader does not commit it.</summary>
    [Fact]
    public void An_entry_of_an_earlier_term_is_not_committed_by_counting()
    {
        var group = Figure8();
        var leader = group[1];
        // Its own first entry reaches nobody; what comes before it does.
        group.Loses = message => message is Append { Entries: [{ Term: > 3 }, ..] } append && group[append.To].Core.LastIndex >= append.PreviousIndex;
        group.Part(1, 2, 3);
        group.Elect(1);
        Assert.All(new ulong[] { 1, 2, 3 }, id => Assert.Equal([1, 2], group[id].Terms().Take(2)));
        Assert.True(leader.Core.CommitIndex < 2);

        // (d): the other one may win now, and replaces it.
        group.Loses = _ => false;
        group.Heal();
        group.Isolate(1);
        group.Elect(5);
        group.Heal();
        group.PassElection();
        Assert.All(group.Peers, peer => Assert.Equal(3UL, peer.Terms()[1]));
    }

    [Fact]
    public void With_an_entry_of_its_own_term_a_leader_commits_all_before_it()
    {
        // (e) of figure 8: from then on the other one cannot win any more.
        var group = Figure8();
        group.Part(1, 2, 3);
        group.Elect(1);
        Assert.Equal(3UL, group[1].Core.CommitIndex);
        group.Isolate(1);
        group.Heal();
        group.Isolate(1);
        for (var i = 0; i < 5; i++) group.PassElection();
        Assert.Contains(group.Leader!.Id, new ulong[] { 2, 3 });
        Assert.All(new ulong[] { 2, 3, 4, 5 }, id => Assert.Equal(2UL, group[id].Terms()[1]));
    }

    [Fact]
    public void A_leader_sends_before_its_own_disk_is_done_and_commits_with_the_others()
    {
        var group = new TestGroup(3);
        var leader = group.Elect(1);
        leader.HoldsDisk = true;
        group.Propose("a");
        Assert.Equal(["a"], leader.Commands());
        Assert.Equal(2UL, leader.LastIndex);
    }

    [Fact]
    public void A_leader_does_not_count_itself_before_its_disk_is_done()
    {
        var group = new TestGroup(3);
        var leader = group.Elect(1);
        group.Isolate(3);
        leader.HoldsDisk = true;
        group.Propose("a");
        Assert.Empty(leader.Commands());
        leader.Flush(group.Now);
        Assert.Equal(["a"], leader.Commands());
    }

    [Fact]
    public void A_follower_acknowledges_only_what_is_durable()
    {
        var group = new TestGroup(3);
        var leader = group.Elect(1);
        group.Isolate(3);
        group[2].HoldsDisk = true;
        group.Propose("a");
        group.Propose("b");
        Assert.Empty(leader.Commands());
        group[2].Flush(group.Now);
        Assert.Single(group[2].Outbox);
        group.Deliver();
        Assert.Equal(["a", "b"], leader.Commands());
    }

    [Fact]
    public void What_was_to_be_acknowledged_in_a_term_that_is_over_is_not()
    {
        var group = new TestGroup(3);
        group.Elect(1);
        group[2].HoldsDisk = true;
        group.Propose("a");
        var term = group[2].Core.Term;
        group[2].Do(core => core.Receive(new Append(3, 2, term + 1, 2, term, [], 0, 0), group.Now), group.Now);
        group[2].Outbox.Clear();
        group[2].Flush(group.Now);
        Assert.All(group[2].Outbox, message => Assert.Equal(term + 1, message.Term));
    }

    [Fact]
    public void Proposals_of_one_moment_go_out_as_one_append_and_one_write()
    {
        var group = new TestGroup(3);
        var leader = group.Elect(1);
        leader.Outputs.Clear();
        leader.Do(core =>
        {
            for (var i = 0; i < 100; i++) core.Propose([new byte[10]], group.Now);
        }, group.Now);
        Assert.Equal(100, Assert.Single(leader.Outputs.OfType<Persist>()).Entries.Count);
        Assert.Equal(2, leader.Outbox.OfType<Append>().Count());
        Assert.All(leader.Outbox.OfType<Append>(), append => Assert.Equal(100, append.Entries.Count));
    }

    [Fact]
    public void Appends_follow_each_other_without_waiting_up_to_a_number()
    {
        var group = new TestGroup(2, options => options with { MaxInflightMessages = 3, MaxMessageBytes = 1 });
        var leader = group.Elect(1);
        leader.Do(core => core.Propose([.. Enumerable.Repeat((ReadOnlyMemory<byte>)new byte[1], 10)], group.Now), group.Now);
        Assert.Equal(3, leader.Outbox.OfType<Append>().Count());
        group.Deliver();
        Assert.Equal(12UL, leader.Core.CommitIndex);
    }

    [Fact]
    public void Appends_follow_each_other_without_waiting_up_to_a_sum_of_bytes()
    {
        var group = new TestGroup(2, options => options with { MaxInflightBytes = 250, MaxMessageBytes = 1 });
        var leader = group.Elect(1);
        leader.Do(core => core.Propose([.. Enumerable.Repeat((ReadOnlyMemory<byte>)new byte[68], 10)], group.Now), group.Now);
        Assert.Equal(3, leader.Outbox.OfType<Append>().Count());
        group.Deliver();
        Assert.Equal(12UL, leader.Core.CommitIndex);
    }

    [Fact]
    public void A_lost_append_is_noticed_by_the_next_heartbeat_but_one()
    {
        var group = new TestGroup(2);
        var leader = group.Elect(1);
        group.Loses = message => message is Append;
        group.Propose("a");
        group.Loses = _ => false;
        group.Pass(3 * group.Options.HeartbeatInterval);
        Assert.Equal(["a"], leader.Commands());
    }

    [Fact]
    public void Where_logs_differ_whole_terms_are_skipped_at_a_time()
    {
        // 300 entries of three terms against 300 of other terms: a few questions, not hundreds.
        var group = new TestGroup(3);
        var old = Enumerable.Repeat(2UL, 100).Concat(Enumerable.Repeat(4UL, 100)).Concat(Enumerable.Repeat(6UL, 100)).ToArray();
        var @new = Enumerable.Repeat(3UL, 100).Concat(Enumerable.Repeat(5UL, 100)).Concat(Enumerable.Repeat(7UL, 100)).ToArray();
        group.Add(1, Logs.Of(group, [1, .. @new]), new HardState(7, 0));
        group.Add(2, Logs.Of(group, [1, .. @new]), new HardState(7, 0));
        group.Add(3, Logs.Of(group, [1, .. old]), new HardState(6, 0));
        group.Elect(1);
        group.PassElection();
        Assert.Equal(group[1].Terms(), group[3].Terms());
        Assert.InRange(group.Delivered.OfType<AppendResponse>().Count(answer => !answer.IsTaken), 1, 4);
    }

    [Fact]
    public void Old_and_doubled_messages_change_nothing()
    {
        var group = new TestGroup(3);
        group.Elect(1);
        for (var i = 0; i < 20; i++) group.Propose($"c{i}");
        var heard = group.Delivered.ToArray();
        foreach (var message in heard.Concat(heard.Reverse())) group[message.To].Do(core => core.Receive(message, group.Now), group.Now);
        group.Deliver();
        Assert.Equal(1UL, group.Leader!.Id);
        Assert.All(group.Peers, peer => Assert.Equal(20, peer.Commands().Count()));
        Assert.All(group.Peers, peer => Assert.Equal(group[1].Terms(), peer.Terms()));
    }

    [Fact]
    public void A_proposal_elsewhere_than_at_the_leader_is_refused()
    {
        var group = new TestGroup(3);
        group.Elect(1);
        Assert.Equal(Refusal.NotLeader, group[2].Propose(group.Now, "a").Refusal);
        Assert.Equal(1UL, group[2].Core.Leader);
    }

    [Fact]
    public void Too_much_at_once_and_too_large_is_refused_and_leaves_no_trace()
    {
        var group = new TestGroup(3, options => options with { MaxPendingBytes = 100, MaxCommandBytes = 90 });
        var leader = group.Elect(1);
        Assert.Equal(Refusal.TooLarge, group.Propose("a", new string('x', 91)).Refusal);
        Assert.Equal(2UL, leader.Core.LastIndex);
        group.Isolate(1);
        Assert.Equal(Refusal.None, group.Propose(new string('x', 90)).Refusal);
        Assert.Equal(Refusal.TooMuchInFlight, group.Propose("a").Refusal);
        group.Heal();
        group.Pass(group.Options.ElectionTimeout);
        Assert.Equal(Refusal.None, group.Propose("a").Refusal);
    }

    [Fact]
    public void Entries_that_are_not_in_memory_any_more_are_read_from_the_disk()
    {
        var group = new TestGroup(3, options => options with { CacheBytes = 0, MaxMessageBytes = 500 });
        group.Elect(1);
        group.Isolate(3);
        for (var i = 0; i < 200; i++) group.Propose($"c{i}");
        group.Heal();
        group.PassElection();
        Assert.Equal(group[1].Commands(), group[3].Commands());
    }

    [Fact]
    public void A_restarted_group_keeps_what_was_committed()
    {
        var group = new TestGroup(3);
        group.Elect(1);
        group.Propose("a", "b");
        foreach (var peer in group.Peers) peer.Restart(group.Now);
        group.ElectAny();
        group.Propose("c");
        Assert.All(group.Peers, peer => Assert.Equal(["a", "b", "c"], peer.Commands()));
    }

    private static TestGroup Figure8()
    {
        var group = new TestGroup(5, options => options with { MaxMessageBytes = 1 });
        group.Add(1, Logs.Of(group, 1, 2), new HardState(3, 0));
        group.Add(2, Logs.Of(group, 1, 2), new HardState(2, 0));
        group.Add(5, Logs.Of(group, 1, 3), new HardState(3, 5));
        return group;
    }
}
