using Skerry.Gossip.Core;
using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;

using static Skerry.Gossip.Tests.Core.Subject;

namespace Skerry.Gossip.Tests.Core;

/// <summary>The failure detector (wire reference, section 8). LAN: a probe each second, 500 ms for a direct ack, a second for all else.</summary>
public sealed class ProbeTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Each_second_one_member_is_pinged_and_in_a_round_each_once()
    {
        var a = new Subject().Meet("b", "c", "d", "e").Forget();
        var pinged = new List<string>();
        for (var i = 0; i < 8; i++) pinged.Add(AckNext(a).Node);
        Assert.Equal(["b", "c", "d", "e"], pinged[..4].Order());
        Assert.Equal(["b", "c", "d", "e"], pinged[4..].Order());
    }

    [Fact]
    public void A_ping_says_who_asks_and_whom_and_counts_from_1()
    {
        var a = new Subject().Meet("b").Forget();
        Assert.Equal(new Ping(1, "b", AddressOf("a"), "a"), NextPing(a));
        Assert.False(a.Packets.Single(packet => packet.Messages[0] is Ping).Checksum, "a ping goes to an address, of which nothing is known");
    }

    [Fact]
    public void A_ping_need_not_say_who_asks_when_its_packet_does()
    {
        var a = new Subject(change: options => options with { SendsFromAddress = true }).Meet("b").Forget();
        Assert.Equal(new Ping(1, "b", default, ""), NextPing(a));
    }

    [Fact]
    public void Nobody_is_pinged_when_nobody_is_there()
    {
        var a = new Subject();
        a.Pass(60);
        Assert.Empty(a.Packets);
        Assert.Equal(Skerry.Primitives.Instant.Never, a.Core.NextDeadline);
    }

    [Fact]
    public void The_dead_and_those_who_left_are_not_pinged()
    {
        var a = new Subject().Meet("b", "c", "d");
        a.Hear(Dead("c", "b"));
        a.Hear(Dead("d", "d"));
        a.Forget();
        for (var i = 0; i < 6; i++) Assert.Equal("b", AckNext(a).Node);
    }

    [Fact]
    public void A_ping_is_acked_with_this_nodes_place_in_the_latency_space()
    {
        var a = new Subject().Forget();
        a.Hear(new Ping(7, "a", AddressOf("b"), "b"), from: "x");
        var ack = Assert.Single(a.Sent<Ack>("b"));
        Assert.Equal(7u, ack.Sequence);
        Assert.True(CoordinateCodec.TryDecode(ack.Payload.Span, out var coordinate, out _));
        Assert.Equal(1.5, coordinate.Error);
    }

    [Fact]
    public void A_ping_without_a_source_is_acked_to_where_it_came_from()
    {
        var a = new Subject().Forget();
        a.Hear(new Ping(7, "a", default, ""), from: "x");
        a.Hear(new Ping(8, "a", AddressOf("b").WithPort(0), "b"), from: "x");
        Assert.Equal([7u, 8u], a.Sent<Ack>("x").Select(ack => ack.Sequence));
    }

    [Fact]
    public void A_ping_for_another_node_is_not_answered_and_one_for_whoever_is_there_is()
    {
        var a = new Subject().Forget();
        a.Hear(new Ping(7, "z", AddressOf("b"), "b"));
        Assert.Empty(a.Packets);
        a.Hear(new Ping(8, "", AddressOf("b"), "b"));
        Assert.Single(a.Sent<Ack>("b"));
    }

    [Fact]
    public void Without_an_ack_others_are_asked_by_the_same_number_and_TCP_is_tried()
    {
        var a = new Subject().Meet("b", "c", "d", "e", "f").Forget();
        var ping = NextPing(a);
        var began = a.Now;
        a.Forget();
        a.Pass(0.5);
        var requests = a.Packets.Where(packet => packet.Messages[0] is IndirectPing).ToArray();
        Assert.Equal(3, requests.Select(packet => packet.To).Distinct().Count());
        Assert.DoesNotContain(AddressOf(ping.Node), requests.Select(packet => packet.To));
        Assert.All(requests, packet => Assert.Equal(new IndirectPing(ping.Sequence, AddressOf(ping.Node), ping.Node, true, AddressOf("a"), "a"), packet.Messages[0]));
        var stream = Assert.Single(a.Others.OfType<StartStreamPing>());
        Assert.Equal((ping.Sequence, AddressOf(ping.Node), ping.Node), (stream.Sequence, stream.To, stream.Node));
        Assert.Equal(began + Second, a.Now + stream.Within);
    }

    [Fact]
    public void An_old_peer_is_neither_asked_for_a_nack_nor_pinged_over_TCP()
    {
        var old = new ProtocolVersions(1, 2, 2, 2, 5, 5);
        var a = new Subject();
        foreach (var name in "bc") a.Hear(Alive(name.ToString()) with { Versions = old });
        a.Forget();
        NextPing(a);
        a.Pass(0.6);
        Assert.False(a.Sent<IndirectPing>().Single().Nack);
        Assert.Empty(a.Others.OfType<StartStreamPing>());
        a.Pass(0.5);
        Assert.Equal(1, a.Core.HealthScore);
    }

    [Fact]
    public void An_ack_through_another_node_saves_the_target()
    {
        var a = new Subject().Meet("b", "c").Forget();
        var ping = NextPing(a);
        a.Pass(0.6);
        a.Hear(new Ack(ping.Sequence, ByteString.Empty), from: "c");
        a.Pass(0.4);
        Assert.Equal(SwimState.Alive, a.Node(ping.Node)!.State);
        Assert.Equal(0, a.Core.HealthScore);
    }

    [Fact]
    public void An_ack_over_TCP_saves_the_target_and_is_told_to_the_operator()
    {
        var a = new Subject().Meet("b").Forget();
        var ping = NextPing(a);
        a.Pass(0.6);
        a.Do(core => core.StreamPingAnswered(ping.Sequence));
        a.Pass(0.4);
        Assert.Equal(SwimState.Alive, a.Node("b")!.State);
        Assert.Equal("b", Assert.Single(a.Notices(Notice.OnlyStreamPing)).Node);
    }

    [Fact]
    public void An_ack_of_another_number_or_a_second_one_saves_nobody()
    {
        var a = new Subject().Meet("b").Forget();
        var ping = NextPing(a);
        a.Hear(new Ack(ping.Sequence + 1, ByteString.Empty));
        a.Do(core => core.StreamPingAnswered(ping.Sequence + 1));
        a.Pass(1);
        Assert.Equal(SwimState.Suspect, a.Node("b")!.State);
        a.Hear(new Ack(ping.Sequence, ByteString.Empty));
        Assert.Equal(SwimState.Suspect, a.Node("b")!.State);
    }

    [Fact]
    public void Silence_on_every_way_makes_a_suspect()
    {
        var a = new Subject().Meet("b", "c", "d").Forget();
        var ping = NextPing(a);
        a.Pass(0.99);
        Assert.Equal(SwimState.Alive, a.Node(ping.Node)!.State);
        a.Pass(0.01);
        Assert.Equal(SwimState.Suspect, a.Node(ping.Node)!.State);
        Assert.Equal(ping.Node, Assert.Single(a.Notices(Notice.ProbeFailed)).Node);
        a.Pass(0.2);
        Assert.Contains(Suspect(ping.Node, "a"), a.Sent<Suspect>());
    }

    [Fact]
    public void A_suspect_is_told_so_with_its_ping_in_one_packet()
    {
        var a = new Subject().Meet("b");
        a.Hear(Suspect("b", "c"));
        a.Forget();
        NextPing(a);
        var packet = a.Packets.Single(packet => packet.Messages[0] is Ping);
        Assert.Equal(Suspect("b", "a"), packet.Messages[1]);
        Assert.True(packet.Checksum);
    }

    [Fact]
    public void A_probe_under_way_lets_the_next_ticks_pass()
    {
        var a = Unwell(score: 3);
        a.Forget();
        NextPing(a);
        a.Pass(3.99);
        Assert.Single(a.Sent<Ping>());
        a.Pass(1.01);
        Assert.Equal(2, a.Sent<Ping>().Count());
    }

    [Fact]
    public void An_unwell_node_gives_others_more_time_before_it_blames_them()
    {
        var a = Unwell(score: 3);
        a.Forget();
        var ping = NextPing(a);
        a.Pass(0.5);
        Assert.Equal(TimeSpan.FromSeconds(3.5), a.Others.OfType<StartStreamPing>().Single().Within);
        a.Pass(3.4);
        Assert.NotEqual(SwimState.Suspect, a.Node(ping.Node)!.State);
        a.Pass(0.1);
        Assert.Equal(SwimState.Suspect, a.Node(ping.Node)!.State);
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(1, 2)]
    [InlineData(3, 0)]
    [InlineData(9, 0)]
    public void Helpers_that_do_not_even_say_no_make_a_node_doubt_itself(int nacks, int score)
    {
        var a = new Subject().Meet("b", "c", "d", "e").Forget();
        var ping = NextPing(a);
        a.Pass(0.6);
        for (var i = 0; i < nacks; i++) a.Hear(new Nack(ping.Sequence));
        a.Pass(0.4);
        Assert.Equal(score, a.Core.HealthScore);
    }

    [Fact]
    public void A_failed_probe_without_helpers_makes_it_doubt_itself_by_one_and_a_good_one_by_one_less()
    {
        var a = new Subject().Meet("b").Forget();
        NextPing(a);
        a.Pass(1);
        Assert.Equal(1, a.Core.HealthScore);
        a.Hear(Alive("b", 2));
        AckNext(a);
        Assert.Equal(0, a.Core.HealthScore);
        AckNext(a);
        Assert.Equal(0, a.Core.HealthScore);
    }

    [Fact]
    public void The_score_has_a_ceiling()
    {
        var a = Unwell(score: 100);
        Assert.Equal(7, a.Core.HealthScore);
    }

    [Fact]
    public void Who_left_while_it_was_probed_is_no_reason_to_doubt_oneself()
    {
        var a = new Subject().Meet("b", "c").Forget();
        var ping = NextPing(a);
        a.Hear(Dead(ping.Node, ping.Node));
        a.Pass(1);
        Assert.Equal(0, a.Core.HealthScore);
        Assert.Empty(a.Notices(Notice.ProbeFailed));
    }

    [Fact]
    public void A_helper_pings_under_its_own_number_and_passes_the_ack_on()
    {
        var h = new Subject("h").Forget();
        h.Hear(new IndirectPing(77, AddressOf("t"), "t", true, AddressOf("a"), "a"), from: "a");
        var ping = Assert.Single(h.Sent<Ping>("t"));
        Assert.Equal(("t", AddressOf("h")), (ping.Node, ping.Source));
        h.Hear(new Ack(ping.Sequence, ByteString.Own([1, 2, 3])), from: "t");
        Assert.Equal(new Ack(77, ByteString.Empty), Assert.Single(h.Sent<Ack>("a")));
        h.Pass(5);
        Assert.Empty(h.Sent<Nack>());
    }

    [Fact]
    public void A_helper_that_hears_nothing_says_so_after_its_own_timeout_if_it_was_asked_to()
    {
        var h = new Subject("h").Forget();
        h.Hear(new IndirectPing(77, AddressOf("t"), "t", true, AddressOf("a"), "a"), from: "a");
        h.Hear(new IndirectPing(78, AddressOf("t"), "t", false, AddressOf("a"), "a"), from: "a");
        h.Pass(0.49);
        Assert.Empty(h.Sent<Nack>());
        h.Pass(0.01);
        Assert.Equal(new Nack(77), Assert.Single(h.Sent<Nack>("a")));
    }

    [Fact]
    public void A_helper_answers_to_where_the_request_came_from_when_it_names_no_source()
    {
        var h = new Subject("h").Forget();
        h.Hear(new IndirectPing(77, AddressOf("t").WithPort(0), "t", true, default, ""), from: "x");
        var ping = Assert.Single(h.Sent<Ping>("t"));
        h.Hear(new Ack(ping.Sequence, ByteString.Empty), from: "t");
        Assert.Single(h.Sent<Ack>("x"));
    }

    [Fact]
    public void A_request_without_an_address_and_requests_without_end_are_dropped()
    {
        var h = new Subject("h").Forget();
        h.Hear(new IndirectPing(77, default, "t", true, AddressOf("a"), "a"));
        Assert.Empty(h.Packets);
        for (var i = 0u; i < 3000; i++) h.Hear(new IndirectPing(i, AddressOf("t"), "t", true, AddressOf("a"), "a"));
        Assert.Equal(1024, h.Sent<Ping>().Count());
        h.Pass(1);
        h.Forget();
        h.Hear(new IndirectPing(1, AddressOf("t"), "t", true, AddressOf("a"), "a"));
        Assert.Single(h.Sent<Ping>());
    }

    [Fact]
    public void A_target_that_only_others_reach_stays_alive_in_a_group()
    {
        var group = Group.Formed("abcde");
        group.Reaches = (from, to) => (from, to) is not (("a", "b") or ("b", "a"));
        group.StreamReaches = (from, to) => (from, to) is not ("a", "b");
        group.Pass(300);
        Assert.Empty(group.Story);
    }

    [Fact]
    public void A_node_without_UDP_stays_alive_through_TCP()
    {
        var group = Group.Formed("abcd");
        group.Reaches = (from, to) => to != "d";
        group.Pass(120);
        Assert.DoesNotContain(group.Story, told => !told.StartsWith('d'));
        Assert.Contains(group.Notices, notice => notice.Noticed is { What: Notice.OnlyStreamPing, Node: "d" });
    }

    /// <summary>The next ping; the time is that of its sending.</summary>
    private static Ping NextPing(Subject subject)
    {
        var before = subject.Sent<Ping>().Count();
        Assert.True(subject.PassUntil(() => subject.Sent<Ping>().Count() > before, TimeSpan.FromSeconds(20)), "no ping in 20 s");
        return subject.Sent<Ping>().Last();
    }

    /// <summary>The next ping, answered at once.</summary>
    private static Ping AckNext(Subject subject)
    {
        var ping = NextPing(subject);
        subject.Hear(new Ack(ping.Sequence, ByteString.Empty), ping.Node);
        return ping;
    }

    /// <summary>A node that has had to refute so often.</summary>
    private static Subject Unwell(int score)
    {
        var a = new Subject().Meet("b");
        for (var i = 0; i < score; i++) a.Hear(Suspect("a", "c", a.Core.Incarnation));
        return a;
    }
}
