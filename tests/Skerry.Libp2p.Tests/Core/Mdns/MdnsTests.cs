using System.Net;

using Skerry.Libp2p.Core.Mdns;
using Skerry.Libp2p.Wire;
using Skerry.Primitives;

namespace Skerry.Libp2p.Tests.Core.Mdns;

/// <summary>Multicast DNS under a clock moved by hand.</summary>
public sealed class MdnsTests
{
    private const int Port = 5353;

    private static readonly PeerId Alice = IdentityKey.FromSeed(new byte[32]).PeerId;
    private static readonly PeerId Bob = IdentityKey.Generate().PeerId;
    private static readonly IPEndPoint BobsEnd = new(IPAddress.Parse("10.0.0.2"), Port);
    private static readonly DnsMessage WhoIsHere = new(0, IsAnswer: false, [new DnsQuestion("_p2p._udp.local", DnsType.Ptr)], [], []);

    private readonly MdnsCore _node = Node(Alice, new MdnsOptions());
    private Instant _now;

    [Fact]
    public void On_a_new_link_it_says_twice_that_it_is_here_and_asks_ever_less_often()
    {
        Join(1);
        var sent = Run(TimeSpan.FromMinutes(10)).Where(entry => entry.Output.Message is not null).ToArray();
        var queries = sent.Where(entry => !entry.Output.Message!.IsAnswer).Select(entry => (entry.At - Instant.Origin).TotalSeconds).ToArray();
        Assert.InRange(queries[0], 0, 0.2);
        Assert.InRange(queries.Length, 12, 16);
        Assert.InRange(queries[^1] - queries[^2], 60, 66);
        var answers = sent.Where(entry => entry.Output.Message!.IsAnswer).Select(entry => (entry.At - Instant.Origin).TotalSeconds).ToArray();
        Assert.InRange(answers[0], 0, 0.2);
        Assert.InRange(answers[1], 1, 1.4);
    }

    [Fact]
    public void An_answer_names_the_peer_its_addresses_and_its_host()
    {
        _node.SetAddresses([Multiaddr.Parse("/ip4/192.168.7.1/tcp/20006"), Multiaddr.Parse("/ip4/10.0.0.1/tcp/20006"), Multiaddr.Parse("/ip4/127.0.0.1/tcp/20006")], _now);
        Join(1);
        var answer = Run(TimeSpan.FromMilliseconds(200)).First(entry => entry.Output.Message is { IsAnswer: true }).Output.Message!;
        Assert.True(Assert.Single(answer.Answers).TryGetTarget(out var instance));
        Assert.Equal("alice._p2p._udp.local", instance);
        var text = Assert.Single(answer.Additional, record => record.Type == DnsType.Txt);
        // What is on the link comes first, and a loopback address is nobody's business.
        Assert.Equal([$"dnsaddr=/ip4/10.0.0.1/tcp/20006/p2p/{Alice}", $"dnsaddr=/ip4/192.168.7.1/tcp/20006/p2p/{Alice}"], text.Texts());
        Assert.Contains(answer.Additional, record => record.Type == DnsType.Srv && record.Name == instance);
        Assert.Contains(answer.Additional, record => record.Type == DnsType.A && record.Name == "alice.p2p.local");
    }

    [Fact]
    public void Any_number_of_questions_get_one_answer_a_second()
    {
        Settle();
        var answers = 0;
        for (var i = 0; i < 100; i++)
        {
            _node.Receive(WhoIsHere, 1, BobsEnd, _now);
            answers += Run(TimeSpan.FromMilliseconds(100)).Count(entry => entry.Output.Message is { IsAnswer: true });
        }

        Assert.InRange(answers, 9, 11);
    }

    [Fact]
    public void Who_knows_this_node_already_gets_no_answer_unless_it_is_about_to_forget()
    {
        Settle();
        DnsMessage Knowing(uint seconds) => WhoIsHere with { Answers = [DnsRecord.Ptr("_p2p._udp.local", seconds, "ALICE._p2p._udp.local")] };
        _node.Receive(Knowing(60), 1, BobsEnd, _now);
        Assert.DoesNotContain(Run(TimeSpan.FromSeconds(2)), entry => entry.Output.Message is { IsAnswer: true });
        _node.Receive(Knowing(59), 1, BobsEnd, _now);
        Assert.Contains(Run(TimeSpan.FromSeconds(2)), entry => entry.Output.Message is { IsAnswer: true });
    }

    [Fact]
    public void A_plain_resolver_gets_its_answer_alone_with_its_question_and_not_too_many()
    {
        Settle();
        var resolver = new IPEndPoint(BobsEnd.Address, 40000);
        var question = WhoIsHere with { Id = 77 };
        for (var i = 0; i < 50; i++) _node.Receive(question, 1, resolver, _now);
        var output = Assert.Single(Run(TimeSpan.Zero)).Output;
        Assert.Equal(resolver, output.Target);
        Assert.Equal((77, question.Questions[0]), (output.Message!.Id, output.Message.Questions[0]));
    }

    [Fact]
    public void Who_asks_for_services_for_an_instance_or_for_a_host_is_answered_and_who_asks_for_others_is_not()
    {
        Settle();
        (string Name, DnsType Type, DnsType? Answer)[] cases =
        [
            ("_services._dns-sd._udp.local", DnsType.Ptr, DnsType.Ptr), ("alice._p2p._udp.local", DnsType.Txt, DnsType.Txt), ("alice._p2p._udp.local", DnsType.Srv, DnsType.Srv),
            ("alice.p2p.local", DnsType.A, DnsType.A), ("_ipp._tcp.local", DnsType.Ptr, null), ("bob._p2p._udp.local", DnsType.Txt, null), ("_p2p._udp.local", DnsType.A, null),
        ];
        foreach (var (name, type, expected) in cases)
        {
            _node.Receive(WhoIsHere with { Questions = [new DnsQuestion(name, type)] }, 1, BobsEnd, _now);
            var answer = Run(TimeSpan.FromSeconds(2)).Select(entry => entry.Output.Message).FirstOrDefault(message => message is { IsAnswer: true });
            Assert.Equal(expected is not null, answer is not null);
            if (expected is { } wanted) Assert.Contains(answer!.Answers, record => record.Type == wanted);
        }
    }

    [Fact]
    public void A_peer_is_told_of_when_it_is_new_when_it_changes_and_again_after_a_while()
    {
        Join(1);
        Assert.Equal([Multiaddr.Parse("/ip4/10.0.0.2/tcp/1")], Hear(Answer("/ip4/10.0.0.2/tcp/1"))!.Addresses);
        Assert.Null(Hear(Answer("/ip4/10.0.0.2/tcp/1")));
        Assert.NotNull(Hear(Answer("/ip4/10.0.0.2/tcp/2")));
        _now += TimeSpan.FromSeconds(10);
        Assert.NotNull(Hear(Answer("/ip4/10.0.0.2/tcp/2")));
        Assert.Equal(1, _node.Peers);
    }

    [Fact]
    public void A_peer_that_says_goodbye_or_is_silent_is_forgotten()
    {
        Join(1);
        Hear(Answer("/ip4/10.0.0.2/tcp/1"));
        Hear(new DnsMessage(0, IsAnswer: true, [], [DnsRecord.Ptr("_p2p._udp.local", 0, "bob._p2p._udp.local")], []));
        Assert.Equal(0, _node.Peers);
        Hear(Answer("/ip4/10.0.0.2/tcp/1"));
        Run(TimeSpan.FromSeconds(119));
        Assert.Equal(1, _node.Peers);
        Run(TimeSpan.FromSeconds(2));
        Assert.Equal(0, _node.Peers);
    }

    [Fact]
    public void What_is_known_is_said_in_the_question_so_that_it_need_not_be_answered()
    {
        Join(1);
        Hear(Answer("/ip4/10.0.0.2/tcp/1"));
        var query = Run(TimeSpan.FromSeconds(1)).Select(entry => entry.Output.Message).First(message => message is { IsAnswer: false });
        Assert.True(Assert.Single(query!.Answers).TryGetTarget(out var target));
        Assert.Equal("bob._p2p._udp.local", target);
    }

    [Theory]
    [InlineData("/ip4/127.0.0.1/tcp/1")]
    [InlineData("/ip4/10.0.0.2")]
    [InlineData("nonsense")]
    public void Addresses_that_lead_nowhere_are_not_told(string address)
    {
        Join(1);
        if (address == "/ip4/10.0.0.2") address = "/ip4/10.0.0.2/tcp/1/p2p/nobody";
        Assert.Null(Hear(Answer(address)));
    }

    [Fact]
    public void Another_service_under_the_same_roof_is_not_heard()
    {
        var node = Node(Alice, new MdnsOptions(), "other-mesh");
        node.SetLinks([new MdnsLink(1, [IPAddress.Parse("10.0.0.1")])], _now);
        node.Receive(Answer("/ip4/10.0.0.2/tcp/1"), 1, BobsEnd, _now);
        Assert.Equal(0, node.Peers);
    }

    [Fact]
    public void A_flood_of_names_fills_no_more_than_there_is_room_for()
    {
        Join(1);
        for (var i = 0; i < 5000; i++) _node.Receive(Answer("/ip4/10.0.0.2/tcp/1", $"bob{i}"), 1, BobsEnd, _now);
        Assert.Equal(1024, _node.Peers);
    }

    [Fact]
    public void A_link_that_goes_is_silent_and_one_that_comes_back_begins_anew()
    {
        Settle();
        Join();
        Assert.Empty(Run(TimeSpan.FromHours(1)));
        Join(1, 2);
        Assert.Equal([1, 2], Run(TimeSpan.FromSeconds(1)).Select(entry => entry.Output.Link).Distinct().Order());
    }

    [Fact]
    public void An_answer_fits_a_packet_whatever_the_number_of_addresses()
    {
        _node.SetAddresses([.. Enumerable.Range(1, 60).Select(i => Multiaddr.Parse($"/dns4/{new string('a', 60)}{i}.example.com/tcp/{i}"))], _now);
        Join(1);
        var answer = Run(TimeSpan.FromMilliseconds(200)).First(entry => entry.Output.Message is { IsAnswer: true }).Output.Message!;
        Assert.InRange(DnsCodec.Encode(answer).Length, 1000, 1400);
    }

    private static MdnsCore Node(PeerId peer, MdnsOptions options, string service = MdnsOptions.DefaultServiceName) => new(new MdnsIdentity(peer, service, "alice"), options, new Prng(1));

    private static DnsMessage Answer(string address, string label = "bob") => new(
        0, IsAnswer: true, [], [DnsRecord.Ptr("_p2p._udp.local", 120, $"{label}._p2p._udp.local")],
        [DnsRecord.Txt($"{label}._p2p._udp.local", 120, [$"dnsaddr={address}{(address.Contains("p2p", StringComparison.Ordinal) ? "" : "/p2p/" + Bob)}"])]);

    private void Join(params int[] links) => _node.SetLinks([.. links.Select(link => new MdnsLink(link, [IPAddress.Parse("10.0.0.1")]))], _now);

    /// <summary>Joined long ago, and nothing due for half a minute.</summary>
    private void Settle()
    {
        Join(1);
        Run(TimeSpan.FromMinutes(10));
        while (!Run(TimeSpan.FromMilliseconds(100)).Any(entry => entry.Output.Message is { IsAnswer: false })) { }
        Run(TimeSpan.FromSeconds(2));
    }

    private PeerAddresses? Hear(DnsMessage message)
    {
        _node.Receive(message, 1, BobsEnd, _now);
        PeerAddresses? found = null;
        while (_node.TryTake(out var output)) found ??= output.Found;
        return found;
    }

    private List<(Instant At, MdnsOutput Output)> Run(TimeSpan time)
    {
        var (end, outputs) = (_now + time, new List<(Instant, MdnsOutput)>());
        while (true)
        {
            while (_node.TryTake(out var output)) outputs.Add((_now, output));
            if (_node.NextDeadline > end) break;
            _now = Instant.Max(_now, _node.NextDeadline);
            _node.Advance(_now);
        }

        _now = end;
        return outputs;
    }
}
