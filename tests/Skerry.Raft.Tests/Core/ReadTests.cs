using Skerry.Raft.Core;

namespace Skerry.Raft.Tests;

public sealed class ReadTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_leader_that_was_replaced_and_does_not_know_answers_no_read(int mode)
    {
        var group = new TestGroup(3);
        var old = group.Elect(1);
        group.Propose("a");
        group.Isolate(1);
        group.Elect(2);
        group.Propose("b");
        Assert.Equal(RaftRole.Leader, old.Role);
        old.Do(core => core.ReadIndex(7, (ReadMode)mode, group.Now), group.Now);
        group.Deliver();
        Assert.DoesNotContain(old.Outputs, output => output is ReadReady);
        group.Heal();
        group.Pass(group.Options.ElectionTimeout);
        Assert.Contains(new ReadRefused(7, Refusal.LeaderLost), old.Outputs);
    }

    [Fact]
    public void A_read_is_ready_at_the_commit_index_when_a_quorum_has_answered()
    {
        var group = new TestGroup(3);
        var leader = group.Elect(1);
        group.Propose("a", "b");
        leader.Do(core => core.ReadIndex(7, ReadMode.Quorum, group.Now), group.Now);
        Assert.DoesNotContain(leader.Outputs, output => output is ReadReady);
        group.Deliver();
        Assert.Contains(new ReadReady(7, 4), leader.Outputs);
    }

    [Fact]
    public void All_reads_that_wait_share_one_round()
    {
        var group = new TestGroup(3);
        var leader = group.Elect(1);
        leader.Outputs.Clear();
        leader.Do(core =>
        {
            for (var id = 1UL; id <= 1000; id++) core.ReadIndex(id, ReadMode.Quorum, group.Now);
        }, group.Now);
        Assert.Equal(2, leader.Outbox.OfType<Heartbeat>().Count());

        // Those that come meanwhile wait for the next: the round that is under way began before them.
        leader.Do(core => core.ReadIndex(1001, ReadMode.Quorum, group.Now), group.Now);
        Assert.Equal(2, leader.Outbox.OfType<Heartbeat>().Count());
        group.Deliver();
        Assert.Equal(1001, leader.Outputs.OfType<ReadReady>().Count());
        Assert.Equal(4, leader.Outputs.OfType<SendMessage>().Count(send => send.Message is Heartbeat));
    }

    [Fact]
    public void A_new_leader_answers_no_read_before_an_entry_of_its_term_is_committed()
    {
        var group = new TestGroup(3);
        group.Elect(1);
        group.Propose("a");
        group.Loses = message => message is AppendResponse;
        var leader = group.Elect(2);
        leader.Do(core => core.ReadIndex(7, ReadMode.Quorum, group.Now), group.Now);
        leader.Do(core => core.ReadIndex(8, ReadMode.Lease, group.Now), group.Now);
        group.Deliver();
        Assert.DoesNotContain(leader.Outputs, output => output is ReadReady);
        group.Loses = _ => false;
        group.Pass(3 * group.Options.HeartbeatInterval);
        Assert.Equal([7UL, 8UL], leader.Outputs.OfType<ReadReady>().Select(read => read.Id).Order());
    }

    [Fact]
    public void A_lease_ends_an_election_timeout_less_the_drift_after_the_last_answered_round_began()
    {
        var group = new TestGroup(3);
        var leader = group.Elect(1);
        group.Pass(group.Options.HeartbeatInterval);
        var began = group.Now;
        Assert.True(leader.Core.HasLease);
        var just = began + group.Options.LeaseDuration - TimeSpan.FromTicks(1);
        leader.Do(core => core.ReadIndex(1, ReadMode.Lease, just), just);
        Assert.Contains(new ReadReady(1, leader.Core.CommitIndex), leader.Outputs);
        var late = began + group.Options.LeaseDuration;
        leader.Do(core => core.ReadIndex(2, ReadMode.Lease, late), late);
        Assert.DoesNotContain(leader.Outputs, output => output is ReadReady { Id: 2 });
    }

    [Fact]
    public void A_leader_that_asked_another_to_take_over_uses_no_lease_for_the_rest_of_its_term()
    {
        var group = new TestGroup(3);
        var leader = group.Elect(1);
        group.Loses = message => message is TimeoutNow;
        leader.Do(core => core.TransferTo(2, group.Now), group.Now);
        group.PassElection();
        Assert.Equal(leader, group.Leader);
        Assert.False(leader.Core.HasLease);
        leader.Do(core => core.ReadIndex(1, ReadMode.Lease, group.Now), group.Now);
        Assert.DoesNotContain(leader.Outputs, output => output is ReadReady);
        group.Deliver();
        Assert.Contains(leader.Outputs, output => output is ReadReady);
    }

    [Fact]
    public void A_member_that_is_the_only_voter_left_keeps_its_promise_across_a_restart()
    {
        // The leader has removed itself and does not know yet that this is committed: its lease rests on the other, who could elect itself alone.
        var group = new TestGroup(2);
        var leader = group.Elect(2);
        group.Pass(group.Options.HeartbeatInterval);
        group.Loses = message => message is AppendResponse;
        group.Change(new MemberChange(MemberChangeKind.Remove, 2));
        Assert.False(group[1].Core.Configuration.IsVoter(2));
        group.Isolate(2);
        var restarted = group.Now;
        group[1].Restart(restarted);
        Assert.True(leader.Core.HasLease);
        Assert.True(group[1].Core.NextDeadline >= restarted + group.Options.LeaseDuration);
        group.PassElection();
        Assert.Equal(RaftRole.Leader, group[1].Role);
    }

    [Fact]
    public void A_follower_asks_its_leader()
    {
        var group = new TestGroup(3);
        group.Elect(1);
        group.Propose("a");
        Assert.Equal(Refusal.None, group[2].Do(core => core.ReadIndex(5, ReadMode.Quorum, group.Now), group.Now));
        group.Deliver();
        Assert.Contains(new ReadReady(5, 3), group[2].Outputs);
    }

    [Fact]
    public void A_followers_read_that_gets_no_answer_is_refused_in_the_end()
    {
        var group = new TestGroup(3);
        group.Elect(1);
        group.Loses = message => message is ReadRequest;
        group[2].Do(core => core.ReadIndex(5, ReadMode.Quorum, group.Now), group.Now);
        group.PassElection();
        Assert.Contains(new ReadRefused(5, Refusal.LeaderLost), group[2].Outputs);
    }

    [Fact]
    public void An_answer_meant_for_an_earlier_life_of_a_follower_is_none()
    {
        var group = new TestGroup(3);
        group.Elect(1);
        group.Pass(group.Options.HeartbeatInterval);
        group[2].Do(core => core.ReadIndex(5, ReadMode.Quorum, group.Now), group.Now);
        group.Deliver();
        var answer = group.Delivered.OfType<ReadResponse>().Last();
        group[2].Restart(group.Now + TimeSpan.FromTicks(1));
        group.Pass(group.Options.HeartbeatInterval);
        group.Loses = message => message is ReadRequest;
        group[2].Outputs.Clear();
        group[2].Do(core => core.ReadIndex(5, ReadMode.Quorum, group.Now), group.Now);
        group[2].Do(core => core.Receive(answer with { Term = group[2].Core.Term }, group.Now), group.Now);
        Assert.DoesNotContain(group[2].Outputs, output => output is ReadReady);
    }

    [Fact]
    public void With_nobody_to_ask_a_read_is_refused_at_once()
    {
        var group = new TestGroup(3);
        Assert.Equal(Refusal.NotLeader, group[2].Do(core => core.ReadIndex(5, ReadMode.Quorum, group.Now), group.Now));
    }

    [Fact]
    public void A_group_of_one_answers_at_once()
    {
        var group = new TestGroup(1);
        group.Pass(TimeSpan.Zero);
        group[1].Do(core => core.ReadIndex(5, ReadMode.Quorum, group.Now), group.Now);
        Assert.Contains(new ReadReady(5, 2), group[1].Outputs);
    }
}
