using Skerry.Gossip.Core;
using Skerry.Gossip.Core.Messages;

using static Skerry.Gossip.Tests.Core.Subject;

namespace Skerry.Gossip.Tests.Core;

/// <summary>What a node does that hears itself held worse than it is (wire reference, section 7, refute, and the consequences to test).</summary>
public sealed class RefutationTests
{
    [Fact]
    public void A_node_starts_at_incarnation_1() => Assert.Equal(1u, new Subject().Core.Incarnation);

    [Fact]
    public void A_suspected_node_says_that_it_is_alive_with_a_higher_incarnation()
    {
        var a = new Subject().Meet("b").Forget();
        a.Hear(Suspect("a", "c"));
        Assert.Equal(2u, a.Core.Incarnation);
        a.Pass(1);
        Assert.Contains(Alive("a", 2), a.Sent<Alive>("b"));
        Assert.Single(a.Notices(Notice.Refuted));
    }

    [Fact]
    public void One_held_dead_does_the_same()
    {
        var a = new Subject().Meet("b");
        a.Hear(Dead("a", "c"));
        Assert.Equal(2u, a.Core.Incarnation);
        Assert.Equal(MemberStatus.Alive, a.StatusOf("a"));
    }

    [Fact]
    public void A_refutation_jumps_over_the_incarnation_that_was_accused()
    {
        var a = new Subject().Meet("b");
        a.Hear(Suspect("a", "c", 7));
        Assert.Equal(8u, a.Core.Incarnation);
    }

    [Fact]
    public void An_accusation_of_an_older_incarnation_needs_no_refutation()
    {
        var a = new Subject().Meet("b");
        a.Hear(Suspect("a", "c", 7));
        a.Hear(Suspect("a", "c", 7));
        a.Hear(Dead("a", "c", 3));
        Assert.Equal(8u, a.Core.Incarnation);
        Assert.Single(a.Notices(Notice.Refuted));
    }

    [Fact]
    public void Each_refutation_makes_the_node_doubt_itself_more()
    {
        var a = new Subject().Meet("b");
        a.Hear(Suspect("a", "c", 1));
        a.Hear(Suspect("a", "c", 2));
        Assert.Equal(2, a.Core.HealthScore);
    }

    [Fact]
    public void A_word_about_itself_from_an_earlier_life_is_refuted()
    {
        var a = new Subject().Meet("b");
        a.Hear(Alive("a", 7));
        Assert.Equal(8u, a.Core.Incarnation);
    }

    [Fact]
    public void Its_own_word_that_comes_back_is_not_refuted()
    {
        var a = new Subject().Meet("b");
        a.Hear(Alive("a", 1));
        Assert.Equal(1u, a.Core.Incarnation);
    }

    [Fact]
    public void Its_own_incarnation_with_other_tags_is_refuted()
    {
        var a = new Subject(change: options => options with { Tags = Tags(("v", "2")) }).Meet("b").Forget();
        a.Hear(Alive("a", 1, null, ("v", "1")));
        Assert.Equal(2u, a.Core.Incarnation);
        a.Pass(1);
        Assert.Contains(Alive("a", 2, null, ("v", "2")), a.Sent<Alive>());
    }

    [Fact]
    public void The_highest_incarnation_cannot_be_topped_and_nothing_wraps_around()
    {
        var a = new Subject().Meet("b");
        a.Hear(Suspect("a", "c", uint.MaxValue));
        Assert.Equal(1u, a.Core.Incarnation);
        a.Hear(Suspect("a", "c", uint.MaxValue - 1));
        Assert.Equal(uint.MaxValue, a.Core.Incarnation);
        Assert.True(a.Do(core => core.SetTags(Tags(("v", "1")), a.Now)));
        a.Hear(Suspect("a", "c", uint.MaxValue));
        Assert.Equal(uint.MaxValue, a.Core.Incarnation);
    }

    [Fact]
    public void Who_is_leaving_refutes_nothing()
    {
        var a = new Subject().Meet("b");
        a.Do(core => core.Leave(a.Now));
        a.PassUntil(() => a.Node("a")!.State == SwimState.Left, TimeSpan.FromSeconds(10));
        a.Hear(Suspect("a", "c", 5));
        a.Hear(Dead("a", "c", 5));
        a.Hear(Alive("a", 5));
        Assert.Equal(1u, a.Core.Incarnation);
        Assert.Equal(SwimState.Left, a.Node("a")!.State);
    }

    [Fact]
    public void A_restarted_node_overrules_what_is_left_of_its_last_life()
    {
        var group = Group.Formed("abcd");
        for (var i = 0u; i < 6; i++) group.Do("d", core => core.SetTags(Tags(("v", $"{i}")), group.Now));
        group.Pass(2);
        group.Kill("d");
        group.Run("d");
        Assert.Equal(1u, group["d"].Incarnation);
        group.Join("d", "a");
        group.Pass(2);
        Assert.True(group["d"].Incarnation >= 8, $"incarnation {group["d"].Incarnation}: the others know 7");
        Assert.Equal([MemberStatus.Alive], group.Views("d"));
        Assert.DoesNotContain(group.Story, told => told.Contains("Failed", StringComparison.Ordinal));
    }

    [Fact]
    public void A_node_that_left_comes_back_at_the_same_address_by_refuting_its_goodbye()
    {
        var group = Group.Formed("abcd");
        group.Do("d", core => core.Leave(group.Now));
        group.Pass(5);
        Assert.Contains("d", group.Gone);
        group.Kill("d");
        Assert.Equal([MemberStatus.Left], group.Views("d"));

        group.Run("d");
        group.Join("d", "a");
        group.Pass(5);
        Assert.Equal([MemberStatus.Alive], group.Views("d"));
        Assert.Equal(2u, group["d"].Incarnation);
    }

    [Fact]
    public void A_node_that_left_comes_back_at_another_address_at_once()
    {
        var group = Group.Formed("abcd");
        group.Do("d", core => core.Leave(group.Now));
        group.Pass(5);
        group.Kill("d");
        group.Run("d", AddressOf("z"));
        group.Join("d", "a");
        group.Pass(5);
        Assert.Equal([MemberStatus.Alive], group.Views("d"));
        Assert.Equal(AddressOf("z"), group["b"].Nodes.Single(node => node.Name == "d").Address);
    }

    [Fact]
    public void Who_missed_the_refutation_is_set_right_when_its_suspicion_arrives()
    {
        var group = Group.Formed("abcde");
        // a holds b suspect and hears nothing of b, directly or from others, but what the others answer to its accusation.
        group.Arrives = (_, to, message) => to != "a" || message is not Alive { Node: "b" };
        group.Do("a", core => core.Receive(Suspect("b", "c"), AddressOf("c"), group.Now));
        group.Pass(1);
        Assert.True(group["b"].Incarnation > 1);
        group.Arrives = (_, _, _) => true;
        group.Pass(30);
        Assert.Equal(MemberStatus.Alive, group.View("a", "b"));
        Assert.DoesNotContain(group.Story, told => told.Contains("Failed", StringComparison.Ordinal));
    }
}
