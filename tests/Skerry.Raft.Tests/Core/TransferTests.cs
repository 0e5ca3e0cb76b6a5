using Skerry.Raft.Core;

namespace Skerry.Raft.Tests;

public sealed class TransferTests
{
    [Fact]
    public void Leadership_moves_at_once_to_a_peer_that_has_the_log()
    {
        var group = new TestGroup(3);
        group.Elect(1);
        group.Propose("a");
        Assert.Equal(Refusal.None, group[1].Do(core => core.TransferTo(3, group.Now), group.Now));
        group.Deliver();
        Assert.Equal(3UL, group.Leader?.Id);
        group.Propose("b");
        Assert.All(group.Peers, peer => Assert.Equal(["a", "b"], peer.Commands()));
    }

    [Fact]
    public void A_peer_that_lacks_something_gets_it_first()
    {
        var group = new TestGroup(3);
        group.Elect(1);
        group.Isolate(3);
        for (var i = 0; i < 10; i++) group.Propose($"c{i}");
        group.Heal();
        group[1].Do(core => core.TransferTo(3, group.Now), group.Now);
        Assert.DoesNotContain(group[1].Outbox, message => message is TimeoutNow);
        group.Pass(3 * group.Options.HeartbeatInterval);
        Assert.Equal(3UL, group.Leader?.Id);
        Assert.Equal(10, group[3].Commands().Count());
    }

    [Fact]
    public void Proposals_and_changes_are_refused_meanwhile_and_taken_again_when_nobody_took_over()
    {
        var group = new TestGroup(3);
        var leader = group.Elect(1);
        group.Isolate(3);
        leader.Do(core => core.TransferTo(3, group.Now), group.Now);
        Assert.Equal(Refusal.TransferUnderWay, group.Propose("a").Refusal);
        Assert.Equal(Refusal.TransferUnderWay, group.Change(new MemberChange(MemberChangeKind.Demote, 2)).Refusal);
        Assert.Equal(Refusal.TransferUnderWay, leader.Do(core => core.TransferTo(2, group.Now), group.Now));
        group.Pass(group.Options.ElectionTimeout);
        Assert.Contains(new TransferAborted(3), leader.Outputs);
        Assert.Equal(Refusal.None, group.Propose("a").Refusal);
        Assert.Equal(leader, group.Leader);
    }

    [Fact]
    public void It_moves_only_to_another_voter()
    {
        var group = new TestGroup(3);
        var leader = group.Elect(1);
        Assert.Equal(Refusal.NoChange, leader.Do(core => core.TransferTo(1, group.Now), group.Now));
        Assert.Equal(Refusal.UnknownMember, leader.Do(core => core.TransferTo(9, group.Now), group.Now));
        group.Change(new MemberChange(MemberChangeKind.Demote, 3));
        Assert.Equal(Refusal.UnknownMember, leader.Do(core => core.TransferTo(3, group.Now), group.Now));
        Assert.Equal(Refusal.NotLeader, group[2].Do(core => core.TransferTo(3, group.Now), group.Now));
    }

    [Fact]
    public void A_wish_of_an_earlier_term_is_not_heard()
    {
        var group = new TestGroup(3);
        group.Elect(1);
        var wish = new TimeoutNow(1, 3, group[1].Core.Term);
        group.Elect(2);
        group[3].Do(core => core.Receive(wish, group.Now), group.Now);
        group.Deliver();
        Assert.Equal(2UL, group.Leader?.Id);
    }
}
