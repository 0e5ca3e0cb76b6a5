using Skerry.Raft.Core;

namespace Skerry.Raft.Tests;

public sealed class ElectionTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(7)]
    public void A_group_elects_one_leader_whom_all_follow(int voters)
    {
        var group = new TestGroup(voters);
        var leader = group.ElectAny();
        group.PassElection();
        Assert.Equal(leader, group.Leader);
        Assert.All(group.Peers, peer => Assert.Equal(leader.Id, peer.Core.Leader));
        Assert.Single(group.Peers, peer => peer.Role == RaftRole.Leader);
    }

    [Fact]
    public void A_group_of_one_leads_at_once()
    {
        var group = new TestGroup(1);
        Assert.Equal(group.Now, group[1].Core.NextDeadline);
        group.Pass(TimeSpan.Zero);
        Assert.Equal(RaftRole.Leader, group[1].Role);
        Assert.Equal(2UL, group[1].Core.CommitIndex);
    }

    [Fact]
    public void An_idle_member_sleeps_until_its_deadline()
    {
        var group = new TestGroup(3);
        Assert.InRange(group[1].Core.NextDeadline - group.Now, group.Options.ElectionTimeout, 2 * group.Options.ElectionTimeout);
    }

    [Fact]
    public void A_vote_leaves_only_when_it_is_durable()
    {
        var group = new TestGroup(3);
        group[2].HoldsDisk = true;
        group[2].Do(core => core.Receive(new Vote(1, 2, 5, 1, 1, IsTransfer: true), group.Now), group.Now);
        Assert.Empty(group[2].Outbox);
        group[2].Flush(group.Now);
        Assert.Equal(new VoteResponse(2, 1, 5, true), group[2].Outbox.Dequeue());
        Assert.Equal(new HardState(5, 1), group[2].State);
    }

    [Fact]
    public void A_candidate_counts_its_own_vote_only_when_it_is_durable()
    {
        var group = new TestGroup(1);
        group[1].HoldsDisk = true;
        group.Pass(TimeSpan.Zero);
        Assert.Equal(RaftRole.Candidate, group[1].Role);
        group[1].Flush(group.Now);
        Assert.Equal(RaftRole.Leader, group[1].Role);
    }

    [Fact]
    public void A_vote_is_given_once_a_term_even_across_a_restart()
    {
        var group = new TestGroup(3);
        group[2].Do(core => core.Receive(new Vote(1, 2, 5, 1, 1, IsTransfer: true), group.Now), group.Now);
        group[2].Restart(group.Now);
        group[2].Do(core => core.Receive(new Vote(3, 2, 5, 9, 4, IsTransfer: true), group.Now), group.Now);
        Assert.Equal(new VoteResponse(2, 3, 5, false), group[2].Outbox.Dequeue());
        group[2].Do(core => core.Receive(new Vote(1, 2, 5, 1, 1, IsTransfer: true), group.Now), group.Now);
        Assert.Equal(new VoteResponse(2, 1, 5, true), group[2].Outbox.Dequeue());
    }

    [Theory]
    [InlineData(1, 9, false)]
    [InlineData(4, 4, false)]
    [InlineData(4, 5, true)]
    [InlineData(5, 1, true)]
    public void Only_a_log_that_is_up_to_date_gets_a_vote(ulong lastTerm, ulong lastIndex, bool isGranted)
    {
        var group = new TestGroup(3);
        var voter = group.Add(2, Logs.Of(group, 1, 1, 2, 4, 4), new HardState(4, 0));
        voter.Do(core => core.Receive(new Vote(1, 2, 7, lastIndex, lastTerm, IsTransfer: true), group.Now), group.Now);
        Assert.Equal(isGranted, Assert.IsType<VoteResponse>(voter.Outbox.Dequeue()).IsGranted);
    }

    [Fact]
    public void A_member_that_was_cut_off_does_not_raise_the_term_when_it_returns()
    {
        var group = new TestGroup(3);
        var leader = group.Elect(1);
        group.Isolate(3);
        for (var i = 0; i < 10; i++) group.PassElection();
        Assert.Equal(leader.Core.Term, group[3].Core.Term);
        group.Heal();
        group.PassElection();
        Assert.Equal(leader, group.Leader);
        Assert.Equal(leader.Id, group[3].Core.Leader);
    }

    [Fact]
    public void A_vote_wanted_while_the_leader_is_well_is_a_disturbance()
    {
        var group = new TestGroup(3);
        var leader = group.Elect(1);
        var term = leader.Core.Term;
        group.Deliver();
        group[2].Do(core => core.Receive(new Vote(3, 2, term + 5, 99, 99, IsTransfer: false), group.Now), group.Now);
        leader.Do(core => core.Receive(new Vote(3, 1, term + 5, 99, 99, IsTransfer: false), group.Now), group.Now);
        Assert.Equal((term, RaftRole.Leader), (leader.Core.Term, leader.Role));
        Assert.Equal(term, group[2].Core.Term);
        Assert.DoesNotContain(group[2].Outbox, message => message is VoteResponse);
    }

    [Fact]
    public void A_member_that_has_just_started_votes_for_nobody_until_an_election_timeout_has_passed()
    {
        // It may have answered a leader's heartbeat just before, and that leader's lease rests on it.
        var group = new TestGroup(3);
        group.Elect(1);
        group[2].Restart(group.Now);
        group[2].Do(core => core.Receive(new PreVote(3, 2, 9, 99, 99), group.Now), group.Now);
        Assert.False(Assert.IsType<PreVoteResponse>(group[2].Outbox.Dequeue()).IsGranted);
        var later = group.Now + group.Options.ElectionTimeout;
        group[2].Do(core => core.Receive(new PreVote(3, 2, 9, 99, 99), later), later);
        Assert.True(Assert.IsType<PreVoteResponse>(group[2].Outbox.Dequeue()).IsGranted);
    }

    [Fact]
    public void A_leader_that_hears_no_quorum_steps_down()
    {
        var group = new TestGroup(5);
        group.Elect(1);
        group.Part(1, 2);
        group.PassElection();
        group.PassElection();
        Assert.NotEqual(RaftRole.Leader, group[1].Role);
        Assert.NotNull(group.Leader);
        Assert.Contains(group.Leader.Id, new ulong[] { 3, 4, 5 });
    }

    [Fact]
    public void A_member_that_hears_the_leader_and_is_not_heard_disturbs_nobody()
    {
        var group = new TestGroup(3);
        var leader = group.Elect(1);
        var term = leader.Core.Term;
        group.Cut(3, 1);
        group.Cut(3, 2);
        for (var i = 0; i < 5; i++) group.PassElection();
        Assert.Equal((leader, term), (group.Leader, leader.Core.Term));
    }

    [Fact]
    public void A_candidate_with_a_higher_term_and_an_older_log_does_not_stall_the_group()
    {
        // It lost an election that it had raised its term for, and hears of the leader with the lower term then.
        var group = new TestGroup(3);
        group.Elect(1);
        group.Isolate(3);
        group.Propose("a");
        group.Remove(3);
        var late = group.Add(3, [group.Founding], new HardState(50, 3));
        group.Heal();
        group.PassElection();
        group.PassElection();
        Assert.NotNull(group.Leader);
        Assert.NotEqual(3UL, group.Leader.Id);
        Assert.True(group.Leader.Core.Term > 50);
        group.Propose("b");
        Assert.Equal(["a", "b"], late.Commands());
    }

    [Fact]
    public void A_tie_is_broken_by_chance()
    {
        var group = new TestGroup(4);
        group.Part(1, 2);
        for (var i = 0; i < 5; i++) group.PassElection();
        Assert.Null(group.Leader);
        group.Heal();
        group.ElectAny();
    }

    [Fact]
    public void A_node_whose_log_is_empty_neither_votes_nor_stands()
    {
        var group = new TestGroup(3);
        var wiped = group.Add(3);
        var later = group.Now + TimeSpan.FromHours(1);
        wiped.Do(core => core.Receive(new Vote(1, 3, 9, 99, 9, IsTransfer: true), later), later);
        Assert.False(Assert.IsType<VoteResponse>(wiped.Outbox.Dequeue()).IsGranted);
        wiped.Do(core => core.Receive(new PreVote(1, 3, 9, 99, 9), later), later);
        Assert.False(Assert.IsType<PreVoteResponse>(wiped.Outbox.Dequeue()).IsGranted);
        wiped.Do(core => core.Receive(new TimeoutNow(1, 3, 9), later), later);
        Assert.Equal(RaftRole.Follower, wiped.Role);
        Assert.Equal(Skerry.Primitives.Instant.Never, wiped.Core.NextDeadline);
    }

    [Fact]
    public void A_message_for_another_disk_of_the_node_is_not_taken()
    {
        var group = new TestGroup(3);
        group[2].Do(core => core.Receive(new Append(1, 77, 9, 1, 1, [], 0, 0), group.Now), group.Now);
        Assert.Equal(1UL, group[2].Core.Term);
        Assert.Empty(group[2].Outbox);
    }

    [Fact]
    public void A_term_that_only_the_log_has_is_taken_over_at_the_start()
    {
        // The entries reached the disk, the term that came with them did not.
        var group = new TestGroup(3);
        var peer = group.Add(2, Logs.Of(group, 1, 1, 6), new HardState(4, 3));
        Assert.Equal(6UL, peer.Core.Term);
        Assert.Equal(new HardState(6, 0), peer.State);
    }
}
