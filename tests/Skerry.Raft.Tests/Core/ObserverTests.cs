using Skerry.Raft.Core;

namespace Skerry.Raft.Tests;

/// <summary>What a leader sends to observers, and when: 1 to 3 vote, 4 and 5 observe, and a leader gathers for them for 50 ms.</summary>
public sealed class ObserverTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    [Fact]
    public void What_is_written_within_an_interval_goes_to_an_observer_in_one_message_that_says_how_far_is_committed()
    {
        var group = Observed();
        for (var i = 0; i < 20; i++) group.Propose($"c{i}");
        Assert.DoesNotContain(group.Delivered, message => message.To is 4 or 5);
        Assert.Equal(20, group[2].Commands().Count());

        group.Pass(Interval);
        Assert.Equal(20, group[4].Commands().Count());
        Assert.Equal(20, group[5].Commands().Count());
        Assert.Equal(20, Assert.IsType<Append>(Assert.Single(group.Delivered, message => message.To == 4)).Entries.Count);
        Assert.Single(group.Delivered, message => message.From == 4);
    }

    [Fact]
    public void An_observer_is_behind_the_voters_by_an_interval_at_most()
    {
        var group = Observed();
        for (var i = 0; i < 100; i++)
        {
            group.Propose($"c{i}");
            group.Pass(TimeSpan.FromMilliseconds(7));
            Assert.InRange(group[4].Commands().Count(), (i + 1) - (int)(Interval.TotalMilliseconds / 7) - 1, i + 1);
        }

        // A commit that came just after an append went out follows an interval later, too.
        group.Pass(Interval);
        Assert.Equal(100, group[4].Commands().Count());
        Assert.InRange(group.Delivered.OfType<Append>().Count(append => append.To == 4), 10, 15);
    }

    [Fact]
    public void What_was_not_committed_when_it_was_sent_is_named_as_committed_an_interval_later()
    {
        var group = Observed();
        group.Loses = message => message is AppendResponse { From: 2 or 3 };
        group.Propose("a");
        group.Pass(Interval);
        Assert.Equal(group.Leader!.Core.LastIndex, group[4].Core.LastIndex);
        Assert.Empty(group[4].Commands());
        group.Loses = _ => false;
        group.Pass(3 * group.Options.HeartbeatInterval);
        group.Pass(Interval);
        Assert.Equal(["a"], group[4].Commands());
    }

    [Fact]
    public void The_more_observers_there_are_the_longer_it_gathers_up_to_a_limit()
    {
        var group = Observed(options => options with { ObserverInterval = Interval / 4, MaxObserverInterval = Interval * 5 / 8 });
        Assert.Equal(Interval / 2, Gathering(group));
        group.Add(6);
        group.Change(new MemberChange(MemberChangeKind.Add, 6, "n6"));
        Assert.Equal(Interval * 5 / 8, Gathering(group));
        group.Change(new MemberChange(MemberChangeKind.Remove, 6));
        group.Change(new MemberChange(MemberChangeKind.Remove, 5));
        Assert.Equal(Interval / 4, Gathering(group));
    }

    [Fact]
    public void More_bytes_than_may_gather_do_not_wait()
    {
        var group = Observed(options => options with { ObserverBytes = 1000 });
        group.Propose(new string('x', 400));
        group.Propose(new string('y', 400));
        Assert.Empty(group[4].Commands());
        group.Propose(new string('z', 400));
        Assert.Equal(group.Leader!.Core.LastIndex, group[4].Core.LastIndex);
        Assert.DoesNotContain(group.Delivered, message => message is Append { To: 4, Entries.Count: < 3 });
    }

    [Fact]
    public void A_voter_never_waits()
    {
        var group = Observed();
        Assert.Equal(Refusal.None, group.Change(new MemberChange(MemberChangeKind.Promote, 4)).Refusal);
        group.Propose("a");
        Assert.Equal(["a"], group[4].Commands());
        Assert.Empty(group[5].Commands());
    }

    [Fact]
    public void A_voter_that_is_demoted_waits_as_an_observer_does()
    {
        var group = Observed();
        group.Change(new MemberChange(MemberChangeKind.Demote, 3));
        group.Pass(Interval);
        group.Propose("a");
        Assert.Empty(group[3].Commands());
        group.Pass(Interval);
        Assert.Equal(["a"], group[3].Commands());
    }

    [Fact]
    public void An_observer_that_has_much_to_catch_up_gets_it_as_fast_as_it_takes_it()
    {
        var group = Observed(options => options with { MaxMessageBytes = 1000, MaxInflightMessages = 2 });
        group.Isolate(4);
        for (var i = 0; i < 200; i++) group.Propose($"c{i}");
        group.Heal();
        // It is found to be behind by the answer to a heartbeat; no time passes after that.
        group.Pass(2 * group.Options.ElectionTimeout);
        Assert.Equal(200, group[4].Commands().Count());
        var began = group.Now;
        group.Add(6);
        group.Change(new MemberChange(MemberChangeKind.Add, 6, "n6"));
        Assert.Equal(began, group.Now);
        Assert.Equal(group.Leader!.Core.LastIndex, group[6].Core.LastIndex);
    }

    [Fact]
    public void An_observer_whose_window_is_full_gets_more_with_each_answer()
    {
        var group = Observed(options => options with { MaxMessageBytes = 1000, MaxInflightMessages = 2 });
        for (var i = 0; i < 200; i++) group.Propose($"c{i}");
        group.Pass(Interval);
        Assert.Equal(200, group[4].Commands().Count());
    }

    [Fact]
    public void A_read_at_an_observer_brings_it_what_has_gathered_and_takes_no_time()
    {
        var group = Observed();
        group.Propose("a", "b");
        Assert.Empty(group[4].Commands());
        group[4].Do(core => core.ReadIndex(7, ReadMode.Quorum, group.Now), group.Now);
        group.Deliver();
        var ready = Assert.Single(group[4].Outputs.OfType<ReadReady>());
        Assert.Equal(group.Leader!.Core.CommitIndex, ready.Index);
        Assert.Equal(["a", "b"], group[4].Commands());
        Assert.Empty(group[5].Commands());
    }

    [Fact]
    public void A_read_at_an_observer_that_has_the_entries_and_not_the_word_waits_for_neither_disk_nor_interval()
    {
        var group = Observed();
        group.Loses = message => message is AppendResponse { From: 2 or 3 };
        group.Propose("a");
        group[4].HoldsDisk = true;
        group.Pass(Interval);
        Assert.Equal(group.Leader!.Core.LastIndex, group[4].Core.LastIndex);
        group.Loses = _ => false;
        group.Isolate(4);
        group.Pass(3 * group.Options.HeartbeatInterval);
        group.Heal();
        Assert.True(group.Leader!.Core.CommitIndex > group[4].Core.CommitIndex);
        group[4].Do(core => core.ReadIndex(7, ReadMode.Quorum, group.Now), group.Now);
        group.Deliver();
        Assert.Single(group[4].Outputs.OfType<ReadReady>());
        Assert.Equal(["a"], group[4].Commands());
    }

    [Fact]
    public void A_read_round_asks_no_observer()
    {
        var group = Observed();
        group.Delivered.Clear();
        group[4].Do(core => core.ReadIndex(7, ReadMode.Quorum, group.Now), group.Now);
        group.Deliver();
        Assert.Equal([2UL, 3UL], group.Delivered.OfType<Heartbeat>().Select(heartbeat => heartbeat.To).Order());
    }

    [Fact]
    public void Who_waits_at_an_observer_for_a_write_has_it_as_soon_as_it_is_committed()
    {
        var group = Observed();
        var leader = group.Leader!;
        leader.HoldsDisk = true;
        group.Cut(1, 3);
        group[2].HoldsDisk = true;
        var written = group.Propose("a");
        leader.Do(core => core.Await(4, written.Index, group.Now), group.Now);
        group.Deliver();
        Assert.Equal(written.Index - 1, group[4].Core.LastIndex);
        group[2].Flush(group.Now);
        leader.Flush(group.Now);
        group.Deliver();
        Assert.Equal(["a"], group[4].Commands());
        Assert.Empty(group[5].Commands());
    }

    [Fact]
    public void What_waits_for_an_interval_does_not_keep_an_observer_from_being_promoted()
    {
        var group = Observed(options => options with { PromotionLag = 0 });
        for (var i = 0; i < 10; i++) group.Propose($"c{i}");
        Assert.Empty(group[4].Commands());
        Assert.Equal(Refusal.None, group.Change(new MemberChange(MemberChangeKind.Promote, 4)).Refusal);
        Assert.Equal(10, group[4].Commands().Count());
    }

    [Fact]
    public void What_an_observer_was_sent_an_interval_ago_and_has_not_acknowledged_does()
    {
        var group = Observed(options => options with { PromotionLag = 0 });
        group[4].HoldsDisk = true;
        group.Propose("a");
        group.Pass(Interval);
        group.Propose("b");
        // A moment after it was sent it is no news that it is not acknowledged yet.
        Assert.Equal(group[4].LastIndex, group.Leader!.Core.ProgressOf(4)!.Value.Due);
        group.Pass(Interval);
        Assert.Equal(Refusal.NotCaughtUp, group.Change(new MemberChange(MemberChangeKind.Promote, 4)).Refusal);
        group[4].Flush(group.Now);
        group.Deliver();
        Assert.Equal(Refusal.None, group.Change(new MemberChange(MemberChangeKind.Promote, 4)).Refusal);
    }

    [Fact]
    public void An_observer_that_is_well_hears_of_a_leader_at_rest_more_seldom_than_voters()
    {
        var group = Observed();
        group.Pass(Interval);
        group.Delivered.Clear();
        group.Pass(60 * group.Options.HeartbeatInterval);
        var heard = group.Delivered.OfType<Heartbeat>().ToLookup(heartbeat => heartbeat.To);
        Assert.Equal(60, heard[2].Count());
        Assert.Equal(20, heard[4].Count());
        Assert.True(group.Leader!.Core.ProgressOf(4)!.Value.HeardAt + group.Options.ElectionTimeout > group.Now);
    }

    [Fact]
    public void A_leader_that_steps_down_gathers_no_longer()
    {
        var group = Observed();
        var old = group.Leader!;
        old.Propose(group.Now, "a");
        group.Elect(2);
        group.Pass(Interval);
        Assert.Equal(RaftRole.Follower, old.Role);
        Assert.True(old.Core.NextDeadline > group.Now + group.Options.ElectionTimeout - Interval);
        Assert.Equal(["a"], group[4].Commands());
    }

    /// <summary>How long a write takes to an observer.</summary>
    private static TimeSpan Gathering(TestGroup group)
    {
        group.Pass(2 * Interval);
        var began = group.Now;
        var index = group.Propose("a").Index;
        while (group[4].Core.CommitIndex < index) group.Pass(TimeSpan.FromTicks(Interval.Ticks / 8));
        return group.Now - began;
    }

    private static TestGroup Observed(Func<RaftCoreOptions, RaftCoreOptions>? configure = null)
    {
        var group = new TestGroup(3, options =>
        {
            options = options with { ObserverInterval = Interval, MaxObserverInterval = Interval };
            return configure?.Invoke(options) ?? options;
        });
        group.Elect(1);
        group.Add(4);
        group.Add(5);
        group.Change(new MemberChange(MemberChangeKind.Add, 4, "n4"));
        group.Change(new MemberChange(MemberChangeKind.Add, 5, "n5"));
        group.Pass(2 * Interval);
        group.Delivered.Clear();
        return group;
    }
}
