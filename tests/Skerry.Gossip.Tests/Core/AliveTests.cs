using Skerry.Gossip.Core;
using Skerry.Gossip.Core.Messages;

using static Skerry.Gossip.Tests.Core.Subject;

namespace Skerry.Gossip.Tests.Core;

/// <summary>The rules for a node that says what it is (wire reference, section 7, alive).</summary>
public sealed class AliveTests
{
    private static readonly NodeAddress Elsewhere = AddressOf("z");

    [Fact]
    public void An_unknown_node_joins()
    {
        var a = new Subject().Forget();
        a.Hear(Alive("b", 3, null, ("role", "web")));
        var joined = Assert.Single(a.Changes);
        Assert.Equal(MembershipChange.Joined, joined.Change);
        Assert.Equal(("b", 3u, MemberStatus.Alive), (joined.Member.Name, joined.Member.Incarnation, joined.Member.Status));
        Assert.Equal("web", joined.Member.Tags["role"]);
        Assert.Equal(AddressOf("b").ToEndPoint(), joined.Member.Address);
    }

    [Fact]
    public void What_a_node_says_of_itself_is_gossiped_on_as_it_is()
    {
        var a = new Subject().Meet("c").Forget();
        a.Hear(Alive("b", 3, null, ("role", "web")));
        a.Pass(1);
        Assert.Contains(Alive("b", 3, null, ("role", "web")), a.Sent<Alive>("c"));
    }

    [Fact]
    public void An_unknown_node_of_incarnation_0_is_not_taken_in()
    {
        var a = new Subject();
        a.Hear(Alive("b", 0));
        Assert.Null(a.Node("b"));
        Assert.Equal(MemberStatus.None, a.StatusOf("b"));
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(2u)]
    public void An_incarnation_that_is_not_higher_changes_nothing(uint incarnation)
    {
        var a = new Subject();
        a.Hear(Alive("b", 2, null, ("v", "1")));
        a.Forget();
        a.Hear(Alive("b", incarnation, null, ("v", "2")));
        Assert.Empty(a.Changes);
        Assert.Equal("1", a.Core.Members.Values.Single(member => member.Name == "b").Tags["v"]);
    }

    [Fact]
    public void A_replay_of_the_same_message_is_gossiped_no_further()
    {
        var a = new Subject().Meet("b", "c");
        a.Pass(30);
        a.Forget();
        for (var i = 0; i < 5; i++) a.Hear(Alive("b"));
        a.Pass(5);
        Assert.Empty(a.Sent<Alive>());
    }

    [Fact]
    public void A_higher_incarnation_with_other_tags_is_an_update()
    {
        var a = new Subject().Meet("b").Forget();
        a.Hear(Alive("b", 2, null, ("v", "2")));
        Assert.Equal(["Updated b"], a.Story);
        Assert.Equal("2", a.Changes[0].Member.Tags["v"]);
    }

    [Fact]
    public void A_higher_incarnation_alone_is_no_event_but_is_kept()
    {
        var a = new Subject().Meet("b").Forget();
        a.Hear(Alive("b", 2));
        Assert.Empty(a.Story);
        Assert.Equal(2u, Assert.Single(a.Changes).Member.Incarnation);
    }

    [Fact]
    public void A_higher_incarnation_ends_a_suspicion()
    {
        var a = new Subject().Meet("b", "c", "d");
        a.Hear(Suspect("b", "c"));
        Assert.Equal(SwimState.Suspect, a.Node("b")!.State);
        a.Hear(Alive("b", 2));
        Assert.Equal(SwimState.Alive, a.Node("b")!.State);
        Assert.Null(a.Node("b")!.Suspicion);
    }

    [Fact]
    public void The_incarnation_that_is_suspected_does_not_end_the_suspicion()
    {
        var a = new Subject().Meet("b", "c", "d");
        a.Hear(Suspect("b", "c"));
        a.Hear(Alive("b", 1));
        Assert.Equal(SwimState.Suspect, a.Node("b")!.State);
    }

    [Fact]
    public void One_that_was_dead_comes_back_with_a_higher_incarnation_and_joins_again()
    {
        var a = new Subject().Meet("b");
        a.Hear(Dead("b", "c"));
        a.Forget();
        a.Hear(Alive("b", 1));
        Assert.Empty(a.Changes);
        a.Hear(Alive("b", 2));
        Assert.Equal(["Joined b"], a.Story);
        Assert.Equal(MemberStatus.Alive, a.StatusOf("b"));
    }

    [Fact]
    public void A_port_of_0_means_the_port_that_all_use()
    {
        var a = new Subject();
        a.Hear(Alive("b", 1, AddressOf("b").WithPort(0)));
        Assert.Equal(AddressOf("b"), a.Node("b")!.Address);
    }

    [Fact]
    public void Tags_that_cannot_be_read_do_not_replace_the_ones_before()
    {
        var a = new Subject();
        a.Hear(Alive("b", 1, null, ("v", "1")));
        a.Hear(Alive("b", 2) with { Meta = ByteString.Own([0xFF, 0xC1]) });
        Assert.Equal("1", a.Core.Members.Values.Single(member => member.Name == "b").Tags["v"]);
        Assert.Single(a.Notices(Notice.Dropped));
    }

    [Theory]
    [InlineData(new byte[] { }, "no versions at all")]
    [InlineData(new byte[] { 1, 5, 2 }, "no versions of Serf")]
    [InlineData(new byte[] { 0, 5, 2, 2, 5, 5 }, "no lowest version")]
    [InlineData(new byte[] { 1, 0, 2, 2, 5, 5 }, "no highest version")]
    [InlineData(new byte[] { 5, 1, 2, 2, 5, 5 }, "the lowest above the highest")]
    [InlineData(new byte[] { 3, 5, 3, 2, 5, 5 }, "does not understand what we speak")]
    [InlineData(new byte[] { 1, 9, 7, 2, 5, 5 }, "speaks what we do not understand")]
    [InlineData(new byte[] { 1, 5, 2, 6, 9, 6 }, "Serf's versions do not meet")]
    public void Whom_we_cannot_talk_to_is_not_taken_in(byte[] versions, string because)
    {
        var a = new Subject();
        a.Hear(Alive("b") with { Versions = new ProtocolVersions(versions) });
        Assert.True(a.Node("b") is null, because);
        Assert.Single(a.Notices(Notice.Dropped));
    }

    [Fact]
    public void Whom_nobody_could_reach_or_name_is_not_taken_in()
    {
        var a = new Subject();
        a.Hear(Alive("b") with { Address = default });
        a.Hear(Alive("b") with { Node = "" });
        Assert.Single(a.Core.Nodes);
        Assert.Equal(2, a.Notices(Notice.Dropped).Count());
    }

    [Fact]
    public void The_name_of_a_living_node_is_not_given_to_another_address()
    {
        var a = new Subject().Meet("b").Forget();
        a.Hear(Alive("b", 9, Elsewhere));
        Assert.Empty(a.Changes);
        Assert.Equal(AddressOf("b"), a.Node("b")!.Address);
        Assert.Equal("b", Assert.Single(a.Notices(Notice.NameConflict)).Node);
    }

    [Fact]
    public void Nor_that_of_a_suspect()
    {
        var a = new Subject().Meet("b", "c", "d");
        a.Hear(Suspect("b", "c"));
        a.Hear(Alive("b", 9, Elsewhere));
        Assert.Equal(SwimState.Suspect, a.Node("b")!.State);
        Assert.Single(a.Notices(Notice.NameConflict));
    }

    [Fact]
    public void Nor_that_of_the_dead_when_none_are_reclaimed()
    {
        var a = new Subject().Meet("b");
        a.Hear(Dead("b", "c"));
        a.Pass(3600);
        a.Hear(Alive("b", 9, Elsewhere));
        Assert.Equal(MemberStatus.Failed, a.StatusOf("b"));
        Assert.Single(a.Notices(Notice.NameConflict));
    }

    [Fact]
    public void The_name_of_the_dead_is_given_to_another_address_once_the_time_for_it_has_come()
    {
        var a = new Subject(change: options => options with { DeadNodeReclaimTime = TimeSpan.FromSeconds(30) }).Meet("b");
        a.Hear(Dead("b", "c"));
        a.Pass(29.9);
        a.Hear(Alive("b", 9, Elsewhere));
        Assert.Equal(MemberStatus.Failed, a.StatusOf("b"));
        a.Pass(0.1);
        a.Hear(Alive("b", 1, Elsewhere));
        Assert.Equal(MemberStatus.Alive, a.StatusOf("b"));
        Assert.Equal(Elsewhere, a.Node("b")!.Address);
    }

    [Fact]
    public void The_name_of_one_that_left_is_free_at_once_and_at_any_incarnation()
    {
        var a = new Subject();
        a.Hear(Alive("b", 7));
        a.Hear(Dead("b", "b", 7));
        a.Forget();
        a.Hear(Alive("b", 1, Elsewhere));
        Assert.Equal(["Joined b"], a.Story);
        Assert.Equal(1u, a.Node("b")!.Incarnation);
        Assert.Equal(Elsewhere.ToEndPoint(), a.Changes[0].Member.Address);
    }

    [Fact]
    public void Four_and_sixteen_bytes_of_one_address_are_two_addresses()
    {
        Span<byte> mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 10, 0, 0, (byte)'b'];
        Assert.True(NodeAddress.TryCreate(mapped, 7946, out var address));
        var a = new Subject().Meet("b");
        a.Hear(Alive("b", 2, address));
        Assert.Equal(1u, a.Node("b")!.Incarnation);
        Assert.Single(a.Notices(Notice.NameConflict));
    }
}
