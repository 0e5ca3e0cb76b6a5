using System.Collections.Immutable;
using System.Text;

using Skerry.Gossip.Core;
using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;

using static Skerry.Gossip.Tests.Core.Subject;

namespace Skerry.Gossip.Tests.Core;

/// <summary>Events and queries of others (wire reference, sections 13 to 15).</summary>
public sealed class QueryTests
{
    private static readonly UserEvent Deploy = new(5, "deploy", ByteString.Own([1, 2]), true);

    [Fact]
    public void An_event_is_gossiped_on_once_and_unchanged()
    {
        var a = Quiet("b", "c");
        a.Hear(Deploy);
        a.Hear(Deploy, from: "c");
        a.Pass(10);
        Assert.Equal(4, a.SentSerf<UserEvent>().Count());
        Assert.All(a.SentSerf<UserEvent>(), sent => Assert.Equal(Deploy, sent));
        Assert.Equal(6ul, a.Core.Clocks.Event);
    }

    [Fact]
    public void Another_event_of_the_same_time_is_another_event_and_a_very_old_one_is_none()
    {
        var a = Quiet("b");
        a.Hear(Deploy);
        a.Hear(Deploy with { Payload = ByteString.Own([3]) });
        a.Hear(Deploy with { LTime = 1000 });
        a.Pass(5);
        a.Forget();
        a.Hear(Deploy with { LTime = 6 });
        a.Pass(5);
        Assert.Empty(a.SentSerf<UserEvent>());
        Assert.True(SerfCodec.TryDecode(a.Core.LocalState(false).UserState.Span, out var state, out _));
        Assert.Equal([2, 1], ((SerfState)state).Events.OrderBy(slot => slot.LTime).Select(slot => slot.Events.Length));
    }

    [Fact]
    public void An_event_is_told_here_once_and_gossiped()
    {
        var a = Quiet("b");
        a.Hear(Deploy);
        a.Do(core => core.FireEvent("own", ByteString.Own([7]), a.Now));
        a.Hear(Deploy);
        var own = new UserEvent(6, "own", ByteString.Own([7]), false);
        Assert.Equal([Deploy, own], a.Others.OfType<DeliverEvent>().Select(told => told.Event));
        a.Pass(5);
        Assert.Contains(own, a.SentSerf<UserEvent>());
        // An echo is no news.
        a.Hear(own);
        Assert.Equal(2, a.Others.OfType<DeliverEvent>().Count());
    }

    [Fact]
    public void An_event_from_before_a_restart_is_not_told_again()
    {
        var a = new Subject(change: options => options with { SavedClocks = (1, 5, 1) }).Meet("b").Forget();
        a.Hear(Deploy);
        a.Pass(5);
        Assert.Empty(a.SentSerf<UserEvent>());
    }

    [Fact]
    public void An_event_too_long_for_a_packet_does_not_keep_the_node_awake()
    {
        var a = Quiet("b");
        a.Hear(Deploy with { Payload = ByteString.Own(new byte[2000]) });
        a.Pass(5);
        Assert.Empty(a.SentSerf<UserEvent>());
    }

    [Fact]
    public void A_query_that_wants_an_ack_gets_one_and_is_gossiped_on_once()
    {
        var a = Quiet("b", "c");
        var query = Ask("load") with { Flags = QueryFlags.Ack };
        a.Hear(query);
        a.Hear(query, from: "c");
        Assert.Equal(new QueryResponse(5, 77, "a", QueryFlags.Ack, ByteString.Empty), Assert.Single(a.SentSerf<QueryResponse>("b")));
        a.Pass(10);
        Assert.All(a.SentSerf<Query>(), sent => Assert.Equal("load", sent.Name));
        Assert.Equal(4, a.SentSerf<Query>().Count());
    }

    [Fact]
    public void A_query_not_to_be_gossiped_on_is_not()
    {
        var a = Quiet("b");
        a.Hear(Ask("load") with { Flags = QueryFlags.Ack | QueryFlags.NoBroadcast });
        a.Pass(5);
        Assert.Single(a.SentSerf<QueryResponse>());
        Assert.Empty(a.SentSerf<Query>());
    }

    [Theory]
    [InlineData("node a", true)]
    [InlineData("node b", false)]
    [InlineData("role py.*", true)]
    [InlineData("role ^thon", false)]
    [InlineData("none ^$", true)]
    [InlineData("role (", false)]
    [InlineData("unknown", false)]
    public void Filters_say_who_answers_and_all_gossip_on(string filter, bool answers)
    {
        var a = new Subject(change: options => options with { Tags = Tags(("role", "python")) }).Meet("b");
        a.Pass(10);
        a.Forget();
        var parts = filter.Split(' ');
        QueryFilter wanted = parts[0] switch
        {
            "node" => new NodeFilter([parts[1], "z"]),
            "unknown" => new UnknownFilter(ByteString.Own([9, 1])),
            var tag => new TagFilter(tag, parts[1]),
        };
        a.Hear(Ask("load") with { Flags = QueryFlags.Ack, Filters = [wanted] });
        a.Pass(0.5);
        Assert.Equal(answers ? 1 : 0, a.SentSerf<QueryResponse>("b").Count());
        Assert.NotEmpty(a.SentSerf<Query>());
    }

    [Fact]
    public void An_answer_is_relayed_through_as_many_others_as_asked_for()
    {
        var a = Quiet("b", "c", "d", "e");
        a.Hear(Ask("load") with { Flags = QueryFlags.Ack, RelayFactor = 2 });
        var relays = a.SentSerf<Relay>().ToArray();
        Assert.Equal(2, relays.Length);
        Assert.All(relays, relay => Assert.Equal((AddressOf("b"), "b"), (relay.Destination, relay.DestinationName)));
        a = Quiet("b", "c");
        a.Hear(Ask("load") with { Flags = QueryFlags.Ack, RelayFactor = 3 });
        Assert.Empty(a.SentSerf<Relay>());
    }

    [Fact]
    public void A_relay_passes_on_what_it_was_given()
    {
        var a = Quiet("b");
        var inner = SerfCodec.Encode(new QueryResponse(5, 77, "c", QueryFlags.None, ByteString.Own([1])));
        a.Hear(new Relay(AddressOf("z"), "z", inner));
        Assert.Equal(new QueryResponse(5, 77, "c", QueryFlags.None, ByteString.Own([1])), Assert.Single(a.SentSerf<QueryResponse>("z")));
        a.Forget();
        a.Hear(new Relay(default, "z", inner));
        Assert.Empty(a.Packets);
    }

    [Fact]
    public void Whom_it_knows_by_a_disputed_name_a_node_tells_unless_the_name_is_its_own()
    {
        var a = Quiet("b", "c");
        a.Hear(Ask("_serf_conflict") with { Payload = ByteString.Own(Encoding.UTF8.GetBytes("c")) });
        var answer = Assert.Single(a.SentSerf<QueryResponse>("b"));
        Assert.True(SerfCodec.TryDecode(answer.Payload.Span, out var message, out _));
        Assert.Equal((AddressOf("c"), MemberStatus.Alive), (((ConflictResponse)message).Member!.Address, ((ConflictResponse)message).Member!.Status));
        a.Forget();
        a.Hear(Ask("_serf_conflict") with { Id = 78, Payload = ByteString.Own(Encoding.UTF8.GetBytes("a")) });
        Assert.Empty(a.SentSerf<QueryResponse>());
        a.Hear(Ask("_serf_conflict") with { Id = 79, Payload = ByteString.Own(Encoding.UTF8.GetBytes("z")) });
        Assert.True(SerfCodec.TryDecode(Assert.Single(a.SentSerf<QueryResponse>()).Payload.Span, out message, out _));
        Assert.Null(((ConflictResponse)message).Member);
    }

    [Fact]
    public void Keys_are_asked_of_the_driver_and_its_answer_is_sent()
    {
        var a = Quiet("b");
        var key = ByteString.Own(new byte[32]);
        a.Hear(Ask("_serf_install-key") with { Payload = SerfCodec.Encode(new KeyRequest(key)) });
        var operation = Assert.Single(a.Others.OfType<KeyOperation>());
        Assert.Equal(("_serf_install-key", key), (operation.Query.Name, operation.Key));
        a.Do(core => core.AnswerKeyOperation(operation.Query, new KeyResponse(true, "", [.. Enumerable.Repeat(new string('k', 44), 100)], "")));
        var answer = Assert.Single(a.SentSerf<QueryResponse>("b"));
        Assert.InRange(SerfCodec.Encode(answer).Length, 500, 1024);
    }

    [Theory]
    [InlineData(1, 2, false)]
    [InlineData(2, 1, true)]
    [InlineData(1, 1, true)]
    [InlineData(0, 1, false)]
    [InlineData(0, 0, false)]
    public void The_group_decides_who_keeps_a_name(int against, int inFavour, bool loses)
    {
        var a = Quiet("b", "c", "d");
        a.Hear(Alive("a", 5, AddressOf("z")));
        a.Pass(0.3);
        var query = a.SentSerf<Query>().First(query => query.Name == "_serf_conflict");
        var voters = new Queue<string>(["b", "c", "d"]);
        for (var i = 0; i < against; i++) Vote(a, query, voters.Dequeue(), AddressOf("z"));
        for (var i = 0; i < inFavour; i++) Vote(a, query, voters.Dequeue(), AddressOf("a"));
        a.Pass(10);
        Assert.Equal(loses ? 1 : 0, a.Notices(Notice.NameLost).Count());
        Assert.Equal(1u, a.Core.Incarnation);
    }

    [Fact]
    public void A_member_votes_once()
    {
        var a = Quiet("b", "c", "d");
        a.Hear(Alive("a", 5, AddressOf("z")));
        a.Pass(0.3);
        var query = a.SentSerf<Query>().First(query => query.Name == "_serf_conflict");
        for (var i = 0; i < 5; i++) Vote(a, query, "b", AddressOf("z"));
        Vote(a, query, "c", AddressOf("a"));
        Vote(a, query, "d", AddressOf("a"));
        a.Pass(10);
        Assert.Empty(a.Notices(Notice.NameLost));
    }

    [Fact]
    public void An_application_message_goes_up_as_it_is()
    {
        var a = Quiet("b");
        a.Hear(new ApplicationData(ByteString.Own([4, 5, 6])));
        var delivery = Assert.Single(a.Others.OfType<DeliverApplication>());
        Assert.Equal(AddressOf("b"), delivery.From);
        Assert.Equal([4, 5, 6], delivery.Payload.ToArray());
    }

    [Fact]
    public void A_user_message_that_cannot_be_read_is_dropped()
    {
        var a = Quiet("b");
        a.Hear(new UserMessage(ByteString.Own([99])));
        a.Hear(new UserMessage(ByteString.Empty));
        a.Hear(new SerfState(900, [], [], 1, [], 1));
        Assert.Equal(3, a.Notices(Notice.Dropped).Count());
        Assert.Equal(1ul, a.Core.Clocks.Member);
    }

    /// <summary>A node that has told its own news and those of the others, and has nothing to say.</summary>
    private static Subject Quiet(params string[] others)
    {
        var a = new Subject().Meet(others);
        for (var i = 0; i < 6; i++)
        {
            a.Pass(0.6);
            foreach (var ping in a.Sent<Ping>().ToArray()) a.Hear(new Ack(ping.Sequence, ByteString.Empty), ping.Node);
        }

        return a.Forget();
    }

    private static Query Ask(string name) =>
        new(5, 77, AddressOf("b"), "b", ImmutableArray<QueryFilter>.Empty, QueryFlags.None, 0, TimeSpan.FromSeconds(3.2), name, ByteString.Empty);

    private static void Vote(Subject subject, Query query, string from, NodeAddress address)
    {
        var member = new ConflictMember(subject.Name, address, Tags(), MemberStatus.Alive, ProtocolVersions.Current);
        subject.Hear(new QueryResponse(query.LTime, query.Id, from, QueryFlags.None, SerfCodec.Encode(new ConflictResponse(member))), from);
    }
}
