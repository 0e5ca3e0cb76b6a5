using Skerry.Raft.Core;

namespace Skerry.Raft.Tests;

public sealed class SnapshotTests
{
    [Fact]
    public void A_follower_that_is_too_far_behind_gets_the_snapshot_in_parts_and_then_the_rest()
    {
        var group = Compacted(out var leader);
        group.Propose("later");
        group.Heal();
        group.PassElection();
        Assert.Equal(leader.SnapshotBytes, group[3].SnapshotBytes);
        Assert.Equal(leader.Snapshot, group[3].Core.Snapshot);
        Assert.Equal(["later"], group[3].Commands());
        Assert.Equal(leader.Core.CommitIndex, group[3].Core.CommitIndex);
        Assert.Equal(10, group.Delivered.OfType<SnapshotChunk>().Count());
    }

    [Fact]
    public void Writes_go_on_meanwhile()
    {
        var group = Compacted(out var leader);
        group[3].HoldsSnapshots = true;
        group.Heal();
        group.Pass(2 * group.Options.HeartbeatInterval);
        Assert.Contains(group[3].Outputs, output => output is WriteSnapshot { Offset: 0 });
        for (var i = 0; i < 20; i++) Assert.True(group.Propose($"meanwhile {i}").IsTaken);
        Assert.Equal(50, leader.Commands().Count());
        WriteAll(group);
        group.PassElection();
        Assert.Equal(20, group[3].Commands().Count());
    }

    [Fact]
    public void A_transfer_goes_on_where_it_was_when_a_part_or_an_answer_is_lost()
    {
        var group = Compacted(out var leader);
        var parts = 0;
        group.Loses = message => message is SnapshotChunk or SnapshotResponse && ++parts % 3 == 0;
        group.Heal();
        for (var i = 0; i < 20; i++) group.Pass(group.Options.ElectionTimeout);
        Assert.Equal(leader.SnapshotBytes, group[3].SnapshotBytes);
        Assert.Single(group[3].Outputs, output => output is WriteSnapshot { Offset: 0 });
    }

    [Fact]
    public void A_transfer_begins_again_when_the_follower_has_lost_what_it_had()
    {
        var group = Compacted(out var leader);
        group.Loses = message => message is SnapshotChunk { Offset: > 500 };
        group.Heal();
        group.PassElection();
        Assert.InRange(group[3].Incoming.Count, 500, 700);
        group[3].Restart(group.Now);
        group.Loses = _ => false;
        group.PassElection();
        group.PassElection();
        Assert.Equal(leader.SnapshotBytes, group[3].SnapshotBytes);
    }

    [Fact]
    public void A_transfer_begins_again_when_a_part_could_not_be_written()
    {
        var group = Compacted(out var leader);
        group[3].HoldsSnapshots = true;
        group.Heal();
        group.Pass(2 * group.Options.HeartbeatInterval);
        var write = group[3].Outputs.OfType<WriteSnapshot>().Single();
        group[3].Do(core => core.SnapshotFailed(write.Ticket), group.Now);
        group[3].HoldsSnapshots = false;
        group.PassElection();
        group.PassElection();
        Assert.Equal(leader.SnapshotBytes, group[3].SnapshotBytes);
        Assert.Equal(2, group[3].Outputs.Count(output => output is WriteSnapshot { Offset: 0 }));
    }

    [Fact]
    public void A_snapshot_that_is_replaced_meanwhile_gives_way_to_the_newer_one()
    {
        var group = Compacted(out var leader);
        leader.HoldsSnapshots = true;
        group.Heal();
        group.Pass(2 * group.Options.HeartbeatInterval);
        var asked = leader.Outputs.OfType<ReadSnapshot>().Last();
        group.Propose("more");
        leader.TakeSnapshot(group.Now);
        leader.Do(core => core.SnapshotGone(asked.Peer, asked.Index, group.Now), group.Now);
        leader.HoldsSnapshots = false;
        leader.AnswerRead(leader.Outputs.OfType<ReadSnapshot>().Last(), group.Now);
        leader.Drain(group.Now);
        group.PassElection();
        Assert.Equal(leader.Snapshot, group[3].Core.Snapshot);
    }

    [Fact]
    public void Entries_a_snapshot_under_way_needs_to_be_followed_by_are_kept()
    {
        var group = Compacted(out var leader);
        group[3].HoldsSnapshots = true;
        group.Heal();
        group.Pass(2 * group.Options.HeartbeatInterval);
        var sent = leader.Snapshot.Index;
        for (var i = 0; i < 20; i++) group.Propose($"meanwhile {i}");
        leader.TakeSnapshot(group.Now);
        Assert.True(leader.Core.Snapshot.Index > sent);
        Assert.Equal(sent, leader.Core.BaseIndex);
    }

    [Fact]
    public void A_follower_whose_log_goes_on_past_the_snapshot_keeps_it()
    {
        var group = new TestGroup(3);
        group.Elect(1);
        for (var i = 0; i < 10; i++) group.Propose($"c{i}");
        group[1].TakeSnapshot(group.Now);
        var follower = group[3];
        var chunk = new SnapshotChunk(1, 3, group[1].Core.Term, group[1].Snapshot, 0, new byte[] { 1 }, IsLast: true);
        follower.Do(core => core.Receive(chunk, group.Now), group.Now);
        Assert.DoesNotContain(follower.Outputs, output => output is RestoreSnapshot);
        Assert.True(Assert.IsType<SnapshotResponse>(Assert.Single(follower.Outbox)).IsInstalled);
        Assert.Equal(0UL, follower.Core.Snapshot.Index);
    }

    [Fact]
    public void The_members_are_in_the_snapshot()
    {
        var group = new TestGroup(3);
        var leader = group.Elect(1);
        group.Change(new MemberChange(MemberChangeKind.Demote, 3));
        for (var i = 0; i < 10; i++) group.Propose($"c{i}");
        leader.TakeSnapshot(group.Now);
        group.Add(4);
        group.Change(new MemberChange(MemberChangeKind.Add, 4, "n4"));
        group.PassElection();
        Assert.Equal(leader.Core.Configuration.ToString(), group[4].Core.Configuration.ToString());
        Assert.True(group[4].Core.Snapshot.Index > 0);
        Assert.Equal(MemberRole.Observer, group[4].Core.Snapshot.Configuration.Members.Single(member => member.Id == 3).Role);
    }

    [Fact]
    public void A_member_restarts_from_its_snapshot_and_the_log_behind_it()
    {
        var group = new TestGroup(1);
        group.Pass(TimeSpan.Zero);
        for (var i = 0; i < 10; i++) group.Propose($"c{i}");
        group[1].TakeSnapshot(group.Now, trailing: 3);
        group.Propose("last");
        group[1].Restart(group.Now);
        group.Pass(TimeSpan.Zero);
        Assert.Equal("last", group[1].Commands().Last());
        Assert.Equal(11, group[1].Commands().Count());
        Assert.Equal(RaftRole.Leader, group[1].Role);
    }

    [Fact]
    public void A_snapshot_ahead_of_the_log_replaces_it_at_the_start()
    {
        // The snapshot was in its place, and the crash came before the log was emptied.
        var group = Compacted(out var leader);
        group[3].HoldsDisk = true;
        group.Heal();
        group.PassElection();
        Assert.True(group[3].Snapshot.Index > group[3].LastIndex);
        group[3].HoldsDisk = false;
        group[3].Restart(group.Now);
        Assert.Equal(group[3].Snapshot.Index, group[3].Core.LastIndex);
        Assert.Equal(group[3].Snapshot.Index + 1, group[3].FirstIndex);
        group.PassElection();
        group.Propose("a");
        Assert.Equal("a", group[3].Commands().Last());
    }

    /// <summary>A leader with a snapshot of 1,000 bytes and no entries before it, and a third member that was cut off all the time.</summary>
    private static TestGroup Compacted(out TestPeer leader)
    {
        var group = new TestGroup(3, options => options with { SnapshotChunkBytes = 100 });
        leader = group.Elect(1);
        group.Isolate(3);
        for (var i = 0; i < 30; i++) group.Propose($"c{i}");
        leader.SnapshotBytes = [.. Enumerable.Range(0, 1000).Select(i => (byte)i)];
        leader.TakeSnapshot(group.Now);
        group.Pass(2 * group.Options.ElectionTimeout);
        return group;
    }

    private static void WriteAll(TestGroup group)
    {
        var follower = group[3];
        follower.HoldsSnapshots = false;
        follower.AnswerWrite(follower.Outputs.OfType<WriteSnapshot>().Last(), group.Now);
        follower.Drain(group.Now);
        group.Deliver();
    }
}
