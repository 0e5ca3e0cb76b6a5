using Skerry.Raft.Core;

namespace Skerry.Raft.Tests;

public sealed class MembershipTests
{
    [Fact]
    public void An_observer_gets_the_full_log_and_has_no_vote()
    {
        var group = Observed();
        group.Propose("a");
        Assert.Equal(["a"], group[4].Commands());
        group.Isolate(1);
        group.Isolate(2);
        for (var i = 0; i < 5; i++) group.PassElection();
        Assert.Equal(RaftRole.Follower, group[4].Role);
        Assert.DoesNotContain(group.Delivered, message => message is PreVote { From: 4 } or PreVote { To: 4 });
    }

    [Fact]
    public void An_observer_does_not_count_towards_a_commit()
    {
        var group = Observed();
        group.Part(1, 4);
        group.Leader!.Propose(group.Now, "a");
        group.Deliver();
        Assert.Equal(group[1].Core.LastIndex, group[4].Core.LastIndex);
        Assert.Empty(group[1].Commands());
    }

    [Fact]
    public void An_observer_is_promoted_only_when_it_has_caught_up()
    {
        var group = new TestGroup(3, options => options with { PromotionLag = 0 });
        group.Elect(1);
        group.Add(4);
        group.Isolate(4);
        group.Change(new MemberChange(MemberChangeKind.Add, 4, "n4"));
        for (var i = 0; i < 10; i++) group.Propose($"c{i}");
        Assert.Equal(Refusal.NotCaughtUp, group.Change(new MemberChange(MemberChangeKind.Promote, 4)).Refusal);
        group.Heal();
        group.PassElection();
        Assert.Equal(Refusal.None, group.Change(new MemberChange(MemberChangeKind.Promote, 4)).Refusal);
        Assert.All(group.Peers, peer => Assert.True(peer.Core.Configuration.IsVoter(4)));

        // It was heard when it was cut off: not lately.
        group.Change(new MemberChange(MemberChangeKind.Demote, 4));
        group.Isolate(4);
        group.Pass(group.Options.ElectionTimeout);
        Assert.Equal(Refusal.NotCaughtUp, group.Change(new MemberChange(MemberChangeKind.Promote, 4)).Refusal);
    }

    [Fact]
    public void A_newcomer_begins_as_an_observer_and_its_vote_counts_once_promoted()
    {
        var group = Observed();
        Assert.Equal(Refusal.None, group.Change(new MemberChange(MemberChangeKind.Promote, 4)).Refusal);
        group.Isolate(3);
        group.Isolate(2);
        Assert.Equal(Refusal.None, group.Propose("a").Refusal);
        Assert.Empty(group[1].Commands());
        group.Heal();
        group.Isolate(3);
        group.Pass(group.Options.ElectionTimeout);
        Assert.Equal(["a"], group.Leader!.Commands());
    }

    [Fact]
    public void A_demoted_voter_goes_on_to_get_the_log()
    {
        var group = new TestGroup(3);
        group.Elect(1);
        group.Change(new MemberChange(MemberChangeKind.Demote, 3));
        group.Propose("a");
        Assert.Equal(["a"], group[3].Commands());
        Assert.Equal(MemberRole.Observer, Role(group[1], 3));
    }

    [Fact]
    public void One_change_at_a_time()
    {
        var group = new TestGroup(3);
        group.Elect(1);
        group.Isolate(1);
        Assert.Equal(Refusal.None, group.Change(new MemberChange(MemberChangeKind.Remove, 3)).Refusal);
        Assert.Equal(Refusal.ChangeUnderWay, group.Change(new MemberChange(MemberChangeKind.Remove, 2)).Refusal);
    }

    [Fact]
    public void No_change_before_an_entry_of_the_leaders_term_is_committed()
    {
        var group = new TestGroup(3);
        group.Loses = message => message is AppendResponse;
        group.Elect(1);
        Assert.Equal(Refusal.NotReady, group.Change(new MemberChange(MemberChangeKind.Remove, 3)).Refusal);
    }

    [Fact]
    public void A_change_that_makes_no_sense_is_refused()
    {
        var group = new TestGroup(2);
        group.Elect(1);
        Assert.Equal(Refusal.UnknownMember, group.Change(new MemberChange(MemberChangeKind.Remove, 9)).Refusal);
        Assert.Equal(Refusal.UnknownMember, group.Change(new MemberChange(MemberChangeKind.Promote, 9)).Refusal);
        Assert.Equal(Refusal.UnknownMember, group.Change(new MemberChange(MemberChangeKind.Add, 0)).Refusal);
        Assert.Equal(Refusal.AlreadyMember, group.Change(new MemberChange(MemberChangeKind.Add, 2)).Refusal);
        Assert.Equal(Refusal.NoChange, group.Change(new MemberChange(MemberChangeKind.Promote, 2)).Refusal);
        Assert.Equal(Refusal.NoChange, group.Change().Refusal);
        Assert.Equal(Refusal.NoVoterLeft, group.Change(new MemberChange(MemberChangeKind.Remove, 1), new MemberChange(MemberChangeKind.Demote, 2)).Refusal);
        Assert.Equal(Refusal.NotLeader, group[2].Do(core => core.ChangeMembers([], false, group.Now), group.Now).Refusal);
    }

    [Fact]
    public void A_leader_that_is_removed_makes_room_and_has_another_take_over()
    {
        var group = new TestGroup(3);
        group.Elect(1);
        group.Propose("a");
        group.Change(new MemberChange(MemberChangeKind.Remove, 1));
        Assert.Equal(RaftRole.Follower, group[1].Role);
        Assert.NotNull(group.Leader);
        Assert.NotEqual(1UL, group.Leader.Id);
        group.Propose("b");
        Assert.Equal(["a", "b"], group.Leader.Commands());
    }

    [Fact]
    public void A_leader_that_removed_itself_and_is_the_only_one_who_knows_still_stands()
    {
        // Its log is longer than the others', so that none of them can win; it has no vote in the configuration at its end.
        var group = new TestGroup(2);
        group.Elect(1);
        group.Isolate(1);
        group.Change(new MemberChange(MemberChangeKind.Remove, 1));
        group[1].Restart(group.Now);
        group.Heal();
        for (var i = 0; i < 5; i++) group.PassElection();
        Assert.Equal(2UL, group.Leader?.Id);
        Assert.Equal(RaftRole.Follower, group[1].Role);
        group.Propose("a");
        Assert.Equal(["a"], group[2].Commands());
    }

    [Fact]
    public void A_configuration_that_is_truncated_is_taken_back()
    {
        var group = new TestGroup(3);
        group.Elect(1);
        group.Isolate(1);
        group.Change(new MemberChange(MemberChangeKind.Remove, 3));
        Assert.False(group[1].Core.Configuration.IsVoter(3));
        group.Elect(2);
        group.Propose("a");
        group.Heal();
        group.PassElection();
        Assert.True(group[1].Core.Configuration.IsVoter(3));
    }

    /// <summary>
    /// Three of five voters are replaced at once. Whoever crashes after however many messages, and for however long: there is one leader a term, what was committed
    /// stays, and the group ends in the old or the new configuration, never between.
    /// </summary>
    [Fact]
    public void A_joint_change_survives_a_crash_at_each_step()
    {
        var ends = new HashSet<string>();
        for (var step = 1; step < 60; step++)
        {
            foreach (var victim in new ulong[] { 1, 2, 4, 6 })
            {
                var group = new TestGroup(5);
                group.Elect(1);
                foreach (var id in new ulong[] { 6, 7, 8 }) group.Add(id);
                group.Change([.. new ulong[] { 6, 7, 8 }.Select(id => new MemberChange(MemberChangeKind.Add, id, $"n{id}"))]);
                group.Propose("before");
                Assert.True(group[1].Do(core => core.ChangeMembers(Replacement(), false, group.Now), group.Now).IsTaken);
                Assert.True(group[1].Core.Configuration.IsJoint);
                DeliverSome(group, step);
                group.Remove(victim, out var crashed);
                for (var i = 0; i < 4; i++) group.PassElection();
                group.Return(crashed);
                for (var i = 0; i < 4; i++) group.PassElection();

                Assert.NotNull(group.Leader);
                Assert.False(group.Leader.Core.Configuration.IsJoint);
                Assert.Equal(Refusal.None, group.Propose("after").Refusal);
                Assert.Equal(["before", "after"], group.Leader.Commands());
                var voters = string.Join(' ', group.Leader.Core.Configuration.NewVoters);
                Assert.Contains(voters, new[] { "1 2 3 4 5", "4 5 6 7 8" });
                ends.Add(voters);
            }
        }

        Assert.Equal(2, ends.Count);
    }

    [Fact]
    public void In_a_joint_configuration_both_majorities_decide()
    {
        var group = new TestGroup(3);
        group.Elect(1);
        foreach (var id in new ulong[] { 4, 5 }) group.Add(id);
        group.Change([.. new ulong[] { 4, 5 }.Select(id => new MemberChange(MemberChangeKind.Add, id, $"n{id}"))]);
        group.Part(1, 4, 5);
        var committed = group[1].Core.CommitIndex;
        group[1].Do(
            core => core.ChangeMembers(
                [
                    new MemberChange(MemberChangeKind.Promote, 4), new MemberChange(MemberChangeKind.Promote, 5),
                    new MemberChange(MemberChangeKind.Remove, 2), new MemberChange(MemberChangeKind.Remove, 3),
                ], false, group.Now),
            group.Now);
        group.Deliver();

        // All of the new set have it, and of the old one only its leader.
        Assert.Equal(committed, group[1].Core.CommitIndex);
        Assert.True(group[1].Core.Configuration.IsJoint);
        group.Heal();
        group.Pass(2 * group.Options.HeartbeatInterval);
        Assert.Equal([1UL, 4UL, 5UL], group[1].Core.Configuration.NewVoters.ToArray());
        Assert.False(group[1].Core.Configuration.IsJoint);
    }

    [Theory]
    [InlineData(2, 3)]
    [InlineData(4, 5)]
    public void In_a_joint_configuration_one_majority_elects_nobody(ulong left, ulong right)
    {
        var group = new TestGroup(3);
        group.Elect(1);
        foreach (var id in new ulong[] { 4, 5 }) group.Add(id);
        group.Change([.. new ulong[] { 4, 5 }.Select(id => new MemberChange(MemberChangeKind.Add, id, $"n{id}"))]);
        group.Pass(group.Options.HeartbeatInterval);
        group.Loses = message => message is AppendResponse;
        group.Change(
            new MemberChange(MemberChangeKind.Promote, 4), new MemberChange(MemberChangeKind.Promote, 5),
            new MemberChange(MemberChangeKind.Remove, 2), new MemberChange(MemberChangeKind.Remove, 3));
        Assert.All(group.Peers, peer => Assert.True(peer.Core.Configuration.IsJoint));
        group.Part(left, right);
        for (var i = 0; i < 5; i++) group.PassElection();
        Assert.NotEqual(RaftRole.Leader, group[left].Role);
        Assert.NotEqual(RaftRole.Leader, group[right].Role);
        group.Loses = _ => false;
        group.Heal();
        group.PassElection();
        group.PassElection();
        Assert.Equal([1UL, 4UL, 5UL], group.Leader!.Core.Configuration.NewVoters.ToArray());
        Assert.False(group.Leader.Core.Configuration.IsJoint);
    }

    [Fact]
    public void A_wiped_node_has_no_say_until_it_has_caught_up_as_somebody_else()
    {
        // 1 and 2 committed; 2 loses its disk and comes back as 12 under the same name. Had it a vote, 3 could win without what was committed.
        var group = new TestGroup(3);
        group.Elect(1);
        group.Isolate(3);
        group.Propose("kept");
        group.Remove(2);
        group.Add(12);
        group.Heal();
        group.Isolate(1);
        for (var i = 0; i < 10; i++) group.PassElection();
        Assert.DoesNotContain(group.Peers, peer => peer.Id != 1 && peer.Role == RaftRole.Leader);
        Assert.Equal(0UL, group[12].Core.LastIndex);

        group.Heal();
        group.ElectAny();
        Assert.Equal(1UL, group.Leader!.Id);
        Assert.Equal(Refusal.None, group.Change(new MemberChange(MemberChangeKind.Remove, 2), new MemberChange(MemberChangeKind.Add, 12, "n2")).Refusal);
        group.PassElection();
        Assert.Equal(Refusal.None, group.Change(new MemberChange(MemberChangeKind.Promote, 12)).Refusal);
        group.PassElection();
        Assert.Equal(["kept"], group[12].Commands());
        Assert.All(group.Peers, peer => Assert.Equal([1UL, 3UL, 12UL], peer.Core.Configuration.NewVoters.ToArray()));
    }

    [Fact]
    public void A_group_of_one_grows_to_three_and_shrinks_to_one_again()
    {
        var group = new TestGroup(1);
        group.Pass(TimeSpan.Zero);
        foreach (var id in new ulong[] { 2, 3 })
        {
            group.Add(id);
            Assert.True(group.Change(new MemberChange(MemberChangeKind.Add, id, $"n{id}")).IsTaken);
            group.PassElection();
            Assert.True(group.Change(new MemberChange(MemberChangeKind.Promote, id)).IsTaken);
            group.PassElection();
        }

        group.Propose("a");
        Assert.All(group.Peers, peer => Assert.Equal(["a"], peer.Commands()));
        Assert.True(group.Change(new MemberChange(MemberChangeKind.Remove, 2)).IsTaken);
        Assert.True(group.Change(new MemberChange(MemberChangeKind.Remove, 3)).IsTaken);
        group.Remove(2);
        group.Remove(3);
        group.Propose("b");
        Assert.Equal(["a", "b"], group[1].Commands());
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void More_than_one_voter_at_a_time_goes_through_a_joint_configuration(int removed, bool isJoint)
    {
        var group = new TestGroup(5);
        group.Elect(1);
        group[1].Do(core => core.ChangeMembers([.. Enumerable.Range(4, removed).Select(id => new MemberChange(MemberChangeKind.Remove, (ulong)id))], false, group.Now), group.Now);
        Assert.Equal(isJoint, group[1].Core.Configuration.IsJoint);
    }

    private static MemberChange[] Replacement() =>
    [
        new(MemberChangeKind.Promote, 6), new(MemberChangeKind.Promote, 7), new(MemberChangeKind.Promote, 8),
        new(MemberChangeKind.Remove, 1), new(MemberChangeKind.Remove, 2), new(MemberChangeKind.Demote, 3),
    ];

    private static void DeliverSome(TestGroup group, int messages)
    {
        for (var i = 0; i < messages; i++) group.DeliverOne();
    }

    private static MemberRole Role(TestPeer peer, ulong id)
    {
        Assert.True(peer.Core.Configuration.TryFind(id, out var member));
        return member.Role;
    }

    private static TestGroup Observed()
    {
        var group = new TestGroup(3);
        group.Elect(1);
        group.Add(4);
        Assert.True(group.Change(new MemberChange(MemberChangeKind.Add, 4, "n4")).IsTaken);
        group.Pass(2 * group.Options.HeartbeatInterval);
        return group;
    }
}
