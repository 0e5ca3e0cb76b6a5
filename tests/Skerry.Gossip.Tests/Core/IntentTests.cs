using Skerry.Gossip.Core;
using Skerry.Gossip.Core.Messages;

using static Skerry.Gossip.Tests.Core.Subject;

namespace Skerry.Gossip.Tests.Core;

/// <summary>Who means to be here and who to go (wire reference, section 12), and how long members are remembered (section 17).</summary>
public sealed class IntentTests
{
    [Fact]
    public void A_goodbye_then_a_death_is_leaving_then_left()
    {
        var a = new Subject().Meet("b").Forget();
        a.Hear(new LeaveIntent(5, "b", false));
        Assert.Equal(MemberStatus.Leaving, a.StatusOf("b"));
        Assert.Empty(a.Story);
        a.Hear(Dead("b", "c"));
        Assert.Equal(["Left b"], a.Story);
    }

    [Fact]
    public void A_goodbye_after_the_failure_makes_it_left_after_all()
    {
        var a = new Subject().Meet("b");
        a.Hear(Dead("b", "c"));
        a.Forget();
        a.Hear(new LeaveIntent(5, "b", false));
        Assert.Equal(["Left b"], a.Story);
    }

    [Fact]
    public void A_goodbye_that_comes_before_the_node_itself_is_remembered()
    {
        var a = new Subject();
        a.Hear(new LeaveIntent(5, "b", false));
        a.Meet("b");
        Assert.Equal(MemberStatus.Leaving, a.StatusOf("b"));
    }

    [Fact]
    public void But_only_for_five_minutes()
    {
        var a = new Subject().Meet("c");
        a.Hear(new LeaveIntent(5, "b", false));
        a.Pass(330);
        a.Meet("b");
        Assert.Equal(MemberStatus.Alive, a.StatusOf("b"));
    }

    [Fact]
    public void A_newer_join_overrules_a_goodbye_and_an_older_one_does_not()
    {
        var a = new Subject().Meet("b");
        a.Hear(new LeaveIntent(5, "b", false));
        a.Hear(new JoinIntent(5, "b"));
        Assert.Equal(MemberStatus.Leaving, a.StatusOf("b"));
        a.Hear(new JoinIntent(6, "b"));
        Assert.Equal(MemberStatus.Alive, a.StatusOf("b"));
        a.Hear(new LeaveIntent(6, "b", false));
        Assert.Equal(MemberStatus.Alive, a.StatusOf("b"));
    }

    [Fact]
    public void An_intent_is_gossiped_on_once_and_unchanged()
    {
        var a = new Subject().Meet("b", "c");
        a.Pass(10);
        a.Forget();
        var intent = new LeaveIntent(5, "c", false);
        a.Hear(intent);
        a.Pass(10);
        var first = a.SentSerf<LeaveIntent>().ToArray();
        Assert.All(first, sent => Assert.Equal(intent, sent));
        Assert.Equal(4, first.Length);
        a.Hear(intent);
        a.Pass(10);
        Assert.Equal(first.Length, a.SentSerf<LeaveIntent>().Count());
    }

    [Fact]
    public void The_time_of_an_intent_counts_even_where_the_status_stays()
    {
        var a = new Subject().Meet("b");
        a.Hear(new LeaveIntent(5, "b", false));
        a.Hear(new LeaveIntent(9, "b", false));
        Assert.Equal(9ul, a.Core.Members.Values.Single(member => member.Name == "b").StatusTime);
    }

    [Fact]
    public void A_goodbye_in_the_name_of_a_node_that_stays_is_overruled_by_it()
    {
        var a = new Subject().Meet("b").Forget();
        a.Hear(new LeaveIntent(5, "a", false));
        Assert.Equal(MemberStatus.Alive, a.StatusOf("a"));
        a.Pass(1);
        Assert.Equal(6ul, a.SentSerf<JoinIntent>().First(intent => intent.Node == "a").LTime);
        Assert.Empty(a.SentSerf<LeaveIntent>());
    }

    [Fact]
    public void The_clock_is_past_every_time_seen_and_a_time_of_the_end_does_not_stop_it()
    {
        var a = new Subject();
        a.Hear(new JoinIntent(41, "b"));
        Assert.Equal(42ul, a.Core.Clocks.Member);
        a.Hear(new JoinIntent(ulong.MaxValue, "b"));
        Assert.Equal(42ul, a.Core.Clocks.Member);
    }

    [Fact]
    public void A_graceful_leave_says_the_intent_then_the_death_then_waits_a_second()
    {
        var a = new Subject().Meet("b", "c").Forget();
        a.Do(core => core.Leave(a.Now));
        Assert.True(a.PassUntil(() => a.Others.OfType<LeaveFinished>().Any(), TimeSpan.FromSeconds(15)), "the leave did not finish");
        var said = a.Packets.SelectMany(packet => packet.Messages).Where(message => message is UserMessage or Dead { Node: "a" }).ToList();
        Assert.IsType<UserMessage>(said[0]);
        Assert.Equal(Dead("a", "a"), said.OfType<Dead>().First());
        Assert.True(said.FindIndex(message => message is Dead) > said.FindIndex(message => message is UserMessage));
        Assert.Equal(MemberStatus.Left, a.StatusOf("a"));
    }

    [Fact]
    public void Who_leaves_still_answers_pings()
    {
        var a = new Subject().Meet("b");
        a.Do(core => core.Leave(a.Now));
        a.Forget();
        a.Hear(new Ping(7, "a", AddressOf("b"), "b"));
        Assert.Single(a.Sent<Ack>("b"));
    }

    [Fact]
    public void Who_leaves_alone_is_done_at_once()
    {
        var a = new Subject();
        a.Do(core => core.Leave(a.Now));
        Assert.Single(a.Others.OfType<LeaveFinished>());
    }

    [Fact]
    public void A_leave_that_nobody_hears_ends_all_the_same()
    {
        var a = new Subject().Meet("b");
        a.Do(core => core.Leave(a.Now));
        Assert.True(a.PassUntil(() => a.Others.OfType<LeaveFinished>().Any(), TimeSpan.FromSeconds(11.1)));
        a.Do(core => core.Leave(a.Now));
        Assert.Single(a.Others.OfType<LeaveFinished>());
    }

    [Fact]
    public void In_a_group_a_graceful_leave_is_left_everywhere_and_failed_nowhere()
    {
        var group = Group.Formed("abcdef");
        group.Do("c", core => core.Leave(group.Now));
        group.Pass(5);
        group.Kill("c");
        group.Pass(60);
        Assert.Equal([MemberStatus.Left], group.Views("c"));
        Assert.DoesNotContain(group.Story, told => told.Contains("Failed", StringComparison.Ordinal));
    }

    [Fact]
    public void A_failed_member_that_is_forced_out_is_left_everywhere_and_forgotten_when_pruned()
    {
        var group = Group.Formed("abcdef");
        group.Kill("e");
        group.Kill("f");
        group.Pass(60);
        Assert.Equal([MemberStatus.Failed], group.Views("e"));
        group.Do("a", core => Assert.True(core.ForceLeave("e", prune: false, group.Now)));
        group.Do("a", core => Assert.True(core.ForceLeave("f", prune: true, group.Now)));
        group.Pass(5);
        Assert.Equal([MemberStatus.Left], group.Views("e"));
        Assert.Equal([MemberStatus.None], group.Views("f"));
    }

    [Fact]
    public void Nobody_unknown_and_not_itself_is_forced_out()
    {
        var a = new Subject().Meet("b");
        Assert.False(a.Do(core => core.ForceLeave("z", prune: true, a.Now)));
        Assert.False(a.Do(core => core.ForceLeave("a", prune: true, a.Now)));
    }

    [Fact]
    public void A_living_member_that_is_pruned_says_that_it_stays()
    {
        var group = Group.Formed("abcd");
        group.Do("a", core => core.ForceLeave("b", prune: true, group.Now));
        group.Pass(20);
        Assert.Equal([MemberStatus.Alive], group.Views("b"));
    }

    [Fact]
    public void A_leaving_member_that_is_pruned_is_forgotten_once_its_goodbye_had_time_to_spread()
    {
        var a = new Subject().Meet("b", "c");
        a.Hear(new LeaveIntent(5, "b", true));
        Assert.Equal(MemberStatus.Leaving, a.StatusOf("b"));
        a.Forget();
        a.Pass(5.9);
        Assert.DoesNotContain("Reaped b", a.Story);
        a.Pass(0.1);
        Assert.Contains("Reaped b", a.Story);
    }

    [Fact]
    public void A_failed_member_is_forgotten_after_a_day_and_one_that_left_too()
    {
        var a = new Subject().Meet("b", "c");
        a.Hear(Dead("b", "z"));
        a.Hear(Dead("c", "c"));
        a.Forget();
        a.Pass(TimeSpan.FromHours(24));
        Assert.Empty(a.Story);
        a.Pass(16);
        Assert.Equal(["Reaped b", "Reaped c"], a.Story.Order());
        Assert.Single(a.Core.Nodes);
        a.Pass(60);
        Assert.Equal(Skerry.Primitives.Instant.Never, a.Core.NextDeadline);
    }

    [Fact]
    public void A_failed_member_is_tried_again_and_again_with_jitter_and_one_that_left_never()
    {
        var a = new Subject().Meet("b", "c");
        a.Hear(Dead("b", "z"));
        a.Hear(Dead("c", "c"));
        a.Forget();
        var times = new List<double>();
        for (var i = 0; i < 20; i++)
        {
            var tried = a.Others.OfType<StartPushPull>().Count();
            Assert.True(a.PassUntil(() => a.Others.OfType<StartPushPull>().Count() > tried, TimeSpan.FromMinutes(1)), "not tried for a minute");
            times.Add((a.Now - Subject.Start).TotalSeconds);
        }

        Assert.All(a.Others.OfType<StartPushPull>(), attempt => Assert.Equal(("b", true), (attempt.Node, attempt.Join)));
        var pauses = times.Zip(times.Skip(1), (earlier, later) => later - earlier).ToArray();
        Assert.All(pauses, pause => Assert.InRange(pause, 22.5, 37.5));
        Assert.True(pauses.Distinct().Count() > 10);
    }

    [Fact]
    public void Two_sides_that_hold_each_other_failed_find_together_again()
    {
        var group = Group.Formed("abcdef");
        group.Reaches = group.StreamReaches = (from, to) => from[0] <= 'c' == to[0] <= 'c';
        group.Pass(120);
        Assert.Equal(MemberStatus.Failed, group.View("a", "f"));
        group.Reaches = group.StreamReaches = (_, _) => true;
        group.Pass(180);
        Assert.All(group.Names, name => Assert.Equal([MemberStatus.Alive], group.Views(name)));
    }

    [Fact]
    public void A_return_is_not_undone_by_somebody_who_still_holds_the_member_left()
    {
        var a = new Subject();
        a.Hear(Alive("b", 2));
        a.Hear(new JoinIntent(5, "b"));
        a.Merge(new SerfState(9, [new StatusTime("b", 7)], ["b"], 1, [], 1));
        Assert.Equal(MemberStatus.Alive, a.StatusOf("b"));
    }

    [Fact]
    public void Who_is_held_leaving_and_lives_on_for_two_minutes_is_alive()
    {
        var a = new Subject().Meet("b");
        a.Hear(new LeaveIntent(5, "b", false));
        for (var i = 0u; i < 140; i++)
        {
            a.Pass(1);
            a.Hear(Alive("b", 10 + i));
        }

        Assert.Equal(MemberStatus.Alive, a.StatusOf("b"));
    }
}
