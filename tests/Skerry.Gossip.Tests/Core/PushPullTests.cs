using Skerry.Gossip.Core;
using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;

using static Skerry.Gossip.Tests.Core.Subject;

namespace Skerry.Gossip.Tests.Core;

/// <summary>Exchanges of the whole state (wire reference, sections 6, 9 and 12).</summary>
public sealed class PushPullTests
{
    [Fact]
    public void Every_30_s_one_living_member_is_asked_for_its_state()
    {
        var a = new Subject().Meet("b");
        a.Hear(new Ping(1, "a", AddressOf("b"), "b"));
        Assert.True(a.PassUntil(() => a.Others.OfType<StartPushPull>().Any(), TimeSpan.FromSeconds(30)));
        var first = a.Now;
        a.Forget().Hear(Alive("b", 9));
        Assert.True(a.PassUntil(() => a.Others.OfType<StartPushPull>().Any() || a.StatusOf("b") != MemberStatus.Alive, TimeSpan.FromSeconds(31)));
        foreach (var exchange in a.Others.OfType<StartPushPull>()) Assert.Equal(("b", false, TimeSpan.FromSeconds(30)), (exchange.Node, exchange.Join, a.Now - first));
    }

    [Fact]
    public void The_state_holds_every_node_in_whatever_state()
    {
        var a = new Subject().Meet("b", "c", "d", "e");
        a.Hear(Suspect("c", "b"));
        a.Hear(Dead("d", "b"));
        a.Hear(Dead("e", "e"));
        var states = a.Core.LocalState(join: true);
        Assert.True(states.Join);
        Assert.Equal(
            [("a", SwimState.Alive), ("b", SwimState.Alive), ("c", SwimState.Suspect), ("d", SwimState.Dead), ("e", SwimState.Left)],
            states.Nodes.Select(node => (node.Name, node.State)).Order());
        Assert.True(SerfCodec.TryDecode(states.UserState.Span, out var serf, out _));
        Assert.Equal(["e"], ((SerfState)serf).LeftMembers);
        Assert.Equal(["a", "b", "c", "d", "e"], ((SerfState)serf).StatusTimes.Select(time => time.Node));
    }

    [Fact]
    public void An_alive_entry_joins_and_a_left_one_says_goodbye()
    {
        var a = new Subject().Meet("b").Forget();
        Assert.True(a.Merge(null, State("c", SwimState.Alive), State("b", SwimState.Left)));
        Assert.Equal(["Joined c", "Left b"], a.Story);
    }

    [Theory]
    [InlineData(SwimState.Dead)]
    [InlineData(SwimState.Suspect)]
    internal void Another_nodes_verdict_is_a_suspicion_here_so_that_the_victim_can_refute(SwimState verdict)
    {
        var a = new Subject().Meet("b", "c").Forget();
        Assert.True(a.Merge(null, State("b", verdict)));
        Assert.Equal(SwimState.Suspect, a.Node("b")!.State);
        Assert.Empty(a.Story);
        a.Pass(0.2);
        Assert.Contains(Suspect("b", "a"), a.Sent<Suspect>());
    }

    [Fact]
    public void A_verdict_about_itself_is_refuted()
    {
        var a = new Subject();
        Assert.True(a.Merge(null, State("a", SwimState.Dead, 6)));
        Assert.Equal(7u, a.Core.Incarnation);
    }

    [Fact]
    public void Verdicts_about_strangers_and_states_nobody_knows_are_ignored()
    {
        var a = new Subject();
        Assert.True(a.Merge(null, State("b", SwimState.Dead), State("c", SwimState.Left), State("d", SwimState.Suspect), State("e", (SwimState)9)));
        Assert.Single(a.Core.Nodes);
    }

    [Theory]
    [InlineData(new byte[] { 1, 5, 2, 2, 5, 5 }, new byte[] { 3, 5, 3, 2, 5, 5 }, "an alive one that does not understand us")]
    [InlineData(new byte[] { 1, 1, 1, 2, 5, 5 }, new byte[] { 1, 5, 2, 2, 5, 5 }, "an alive one that does not understand us, first in the list")]
    [InlineData(new byte[] { 1, 5, 2, 2, 5, 5 }, new byte[] { }, "one without versions")]
    [InlineData(new byte[] { 1, 5, 2, 2, 5, 5 }, new byte[] { 1, 5, 9, 2, 5, 5 }, "one that speaks what nobody understands")]
    [InlineData(new byte[] { 1, 5, 2, 6, 7, 7 }, new byte[] { 1, 5, 2, 2, 5, 5 }, "Serf's versions")]
    public void A_state_whose_versions_do_not_meet_is_refused_whole(byte[] first, byte[] second, string because)
    {
        var a = new Subject().Forget();
        var refused = a.Merge(null, State("b", SwimState.Alive) with { Versions = new ProtocolVersions(first) }, State("c", SwimState.Alive) with { Versions = new ProtocolVersions(second) });
        Assert.False(refused, because);
        Assert.Empty(a.Changes);
        Assert.Single(a.Notices(Notice.MergeRefused));
    }

    [Fact]
    public void Even_a_dead_entry_must_speak_what_the_living_understand()
    {
        var a = new Subject();
        Assert.False(a.Merge(null, State("b", SwimState.Alive), State("c", SwimState.Dead) with { Versions = new ProtocolVersions(1, 9, 9, 2, 5, 5) }));
    }

    [Fact]
    public void A_share_of_Serf_that_cannot_be_read_does_not_hurt_the_rest()
    {
        var a = new Subject();
        Assert.True(a.Merge(new PushPull(false, [State("b", SwimState.Alive)], ByteString.Own([2, 0xC1]))));
        Assert.Equal(MemberStatus.Alive, a.StatusOf("b"));
        Assert.Single(a.Notices(Notice.Dropped));
    }

    [Fact]
    public void The_clocks_go_up_to_those_of_the_other_and_no_further()
    {
        var a = new Subject();
        a.Merge(new SerfState(10, [], [], 20, [], 30));
        Assert.Equal((10ul, 20ul, 30ul), a.Core.Clocks);
        a.Merge(new SerfState(0, [], [], 0, [], 0));
        Assert.Equal((10ul, 20ul, 30ul), a.Core.Clocks);
    }

    [Fact]
    public void The_intents_of_a_state_count_but_are_not_gossiped_on()
    {
        var a = new Subject().Meet("b", "c");
        a.Hear(Dead("c", "b"));
        a.Pass(5);
        a.Forget();
        a.Merge(new SerfState(10, [new StatusTime("b", 6), new StatusTime("c", 7)], ["c"], 1, [], 1));
        Assert.Equal(MemberStatus.Left, a.StatusOf("c"));
        Assert.Equal([6ul, 8ul], a.Core.Members.Values.Where(member => member.Name != "a").Select(member => member.StatusTime));
        a.Pass(5);
        Assert.Empty(a.SentSerf<LeaveIntent>());
        Assert.Empty(a.SentSerf<JoinIntent>());
    }

    [Fact]
    public void A_join_by_command_is_announced_so_that_an_old_goodbye_is_overruled()
    {
        var a = new Subject().Meet("b");
        a.Merge(new SerfState(10, [], [], 1, [], 1));
        a.Forget();
        a.Do(core => core.Joined(a.Now));
        a.Pass(1);
        Assert.Equal(new JoinIntent(10, "a"), a.SentSerf<JoinIntent>().First());
        Assert.Equal(11ul, a.Core.Clocks.Member);
    }

    private static PushNodeState State(string name, SwimState state, uint incarnation = 1)
    {
        var alive = Alive(name);
        return new PushNodeState(name, alive.Address, alive.Meta, incarnation, state, alive.Versions);
    }
}
