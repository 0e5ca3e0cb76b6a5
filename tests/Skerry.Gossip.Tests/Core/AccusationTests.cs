using Skerry.Gossip.Core;
using Skerry.Gossip.Core.Messages;

using static Skerry.Gossip.Tests.Core.Subject;

namespace Skerry.Gossip.Tests.Core;

/// <summary>The rules for a node that others say is suspect or dead (wire reference, section 7, suspect and dead).</summary>
public sealed class AccusationTests
{
    [Fact]
    public void A_suspicion_of_an_unknown_node_is_ignored()
    {
        var a = new Subject().Meet("c").Forget();
        a.Hear(Suspect("b", "c"));
        a.Hear(Dead("b", "c"));
        a.Pass(1);
        Assert.Null(a.Node("b"));
        Assert.Empty(a.Sent<Suspect>());
        Assert.Empty(a.Sent<Dead>());
    }

    [Fact]
    public void A_suspicion_of_an_older_incarnation_is_ignored()
    {
        var a = new Subject().Meet("c");
        a.Hear(Alive("b", 3));
        a.Hear(Suspect("b", "c", 2));
        a.Hear(Dead("b", "c", 2));
        Assert.Equal(SwimState.Alive, a.Node("b")!.State);
        Assert.Equal(MemberStatus.Alive, a.StatusOf("b"));
    }

    [Fact]
    public void Whoever_accuses_an_older_incarnation_is_told_the_newer_one_at_once()
    {
        var a = new Subject().Meet("c");
        a.Hear(Alive("b", 3));
        a.Forget();
        a.Hear(Suspect("b", "d", 2), from: "c");
        Assert.Equal(Alive("b", 3), a.Sent<Alive>("c").First(alive => alive.Node == "b"));
        a.Forget();
        a.Hear(Dead("b", "d", 2), from: "c");
        Assert.Equal(3u, a.Sent<Alive>("c").First(alive => alive.Node == "b").Incarnation);
    }

    [Fact]
    public void Whoever_suspects_one_that_left_is_told_of_its_goodbye()
    {
        var a = new Subject().Meet("b", "c");
        a.Hear(Dead("b", "b"));
        a.Forget();
        a.Hear(Suspect("b", "d"), from: "c");
        Assert.Contains(Dead("b", "b"), a.Sent<Dead>("c"));
        Assert.Equal(SwimState.Left, a.Node("b")!.State);
    }

    [Fact]
    public void A_suspicion_is_gossiped_on_and_is_no_event()
    {
        var a = new Subject().Meet("b", "c", "d").Forget();
        a.Hear(Suspect("b", "c", 4));
        Assert.Empty(a.Story);
        Assert.Equal(SwimState.Suspect, a.Node("b")!.State);
        Assert.Equal(4u, a.Node("b")!.Incarnation);
        Assert.Equal(MemberStatus.Alive, a.StatusOf("b"));
        a.Pass(1);
        Assert.Contains(Suspect("b", "c", 4), a.Sent<Suspect>());
    }

    [Fact]
    public void In_a_small_group_a_suspect_is_dead_after_the_shortest_suspicion()
    {
        var a = new Subject().Meet("b", "c").Forget();
        a.Hear(Suspect("b", "c"));
        a.Pass(3.9);
        Assert.Equal(MemberStatus.Alive, a.StatusOf("b"));
        a.Pass(0.1);
        Assert.Equal(MemberStatus.Failed, a.StatusOf("b"));
        Assert.Equal(["Failed b"], a.Story);
        a.Pass(1);
        Assert.Contains(Dead("b", "a"), a.Sent<Dead>());
    }

    [Fact]
    public void Without_confirmation_a_suspicion_takes_its_longest_time()
    {
        var a = Ten();
        a.Hear(Suspect("b", "c"));
        Assert.Equal(TimeSpan.FromSeconds(24), a.Node("b")!.Suspicion!.Deadline - a.Now);
    }

    [Fact]
    public void Confirmations_by_others_shorten_a_suspicion()
    {
        var a = Ten();
        var began = a.Now;
        a.Hear(Suspect("b", "c"));
        a.Hear(Suspect("b", "d"));
        Assert.Equal(TimeSpan.FromMilliseconds(11_381), a.Node("b")!.Suspicion!.Deadline - began);
        a.Hear(Suspect("b", "e"));
        Assert.Equal(TimeSpan.FromSeconds(4), a.Node("b")!.Suspicion!.Deadline - began);
    }

    [Fact]
    public void The_first_accuser_confirms_nothing_and_nobody_counts_twice()
    {
        var a = Ten();
        a.Hear(Suspect("b", "c"));
        a.Hear(Suspect("b", "c"));
        Assert.Equal(TimeSpan.FromSeconds(24), a.Node("b")!.Suspicion!.Deadline - a.Now);
        a.Hear(Suspect("b", "d"));
        var once = a.Node("b")!.Suspicion!.Deadline;
        a.Hear(Suspect("b", "d"));
        Assert.Equal(once, a.Node("b")!.Suspicion!.Deadline);
    }

    [Fact]
    public void A_confirmation_that_is_new_is_gossiped_on_and_one_too_many_is_not()
    {
        var a = Ten().Forget();
        a.Hear(Suspect("b", "c"));
        a.Hear(Suspect("b", "d"));
        a.Hear(Suspect("b", "e"));
        a.Hear(Suspect("b", "f"));
        a.Pass(0.2);
        // A newer word of a node takes the place of the older in the queue.
        Assert.Equal("e", a.Sent<Suspect>().First(suspect => suspect.Node == "b").From);
        Assert.DoesNotContain(a.Sent<Suspect>(), suspect => suspect.From == "f");
    }

    [Fact]
    public void A_confirmation_after_the_shortest_time_kills_at_once_and_blames_no_late_loop()
    {
        var a = Ten();
        a.Hear(Suspect("b", "c"));
        a.Pass(10);
        a.Hear(Suspect("b", "d"));
        a.Hear(Suspect("b", "e"));
        a.Pass(0);
        Assert.Equal(MemberStatus.Failed, a.StatusOf("b"));
        Assert.Empty(a.Notices(Notice.LoopLate));
    }

    [Fact]
    public void The_dead_are_not_suspected()
    {
        var a = new Subject().Meet("b", "c");
        a.Hear(Dead("b", "c"));
        a.Forget();
        a.Hear(Suspect("b", "c", 5));
        Assert.Equal(SwimState.Dead, a.Node("b")!.State);
        Assert.Equal(1u, a.Node("b")!.Incarnation);
    }

    [Fact]
    public void A_death_that_another_saw_is_a_failure_here_and_gossiped_on()
    {
        var a = new Subject().Meet("b", "c").Forget();
        a.Hear(Dead("b", "c"));
        Assert.Equal(["Failed b"], a.Story);
        a.Pass(1);
        Assert.Contains(Dead("b", "c"), a.Sent<Dead>());
    }

    [Fact]
    public void A_death_that_the_node_itself_tells_is_a_goodbye()
    {
        var a = new Subject().Meet("b").Forget();
        a.Hear(Dead("b", "b"));
        Assert.Equal(["Left b"], a.Story);
        Assert.Equal(SwimState.Left, a.Node("b")!.State);
    }

    [Fact]
    public void A_second_death_changes_nothing()
    {
        var a = new Subject().Meet("b", "c");
        a.Hear(Dead("b", "c"));
        a.Forget();
        a.Hear(Dead("b", "d", 3));
        a.Hear(Dead("b", "b", 3));
        Assert.Empty(a.Changes);
        Assert.Equal(SwimState.Dead, a.Node("b")!.State);
        Assert.Equal(1u, a.Node("b")!.Incarnation);
    }

    [Fact]
    public void A_death_ends_the_suspicion_before_it()
    {
        var a = new Subject().Meet("b", "c", "d").Forget();
        a.Hear(Suspect("b", "c"));
        a.Hear(Dead("b", "d"));
        Assert.Null(a.Node("b")!.Suspicion);
        a.Pass(120);
        Assert.Single(a.Story, "Failed b");
    }

    /// <summary>A group of ten, where two confirmations are wanted: 4 s with them, 24 s without.</summary>
    private static Subject Ten() => new Subject().Meet("b", "c", "d", "e", "f", "g", "h", "i", "j");
}
