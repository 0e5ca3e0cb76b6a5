using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;

using static Skerry.Gossip.Tests.Wire.Golden;

namespace Skerry.Gossip.Tests.Wire;

public sealed class SerfCodecTests
{
    private static T Decode<T>(ReadOnlySpan<byte> bytes)
        where T : SerfMessage
    {
        Assert.True(SerfCodec.TryDecode(bytes, out var message, out var error), error.ToString());
        return Assert.IsType<T>(message);
    }

    private static string Encode(SerfMessage message) => Convert.ToHexStringLower(SerfCodec.Encode(message).Span);

    [Fact]
    public void Intents_are_read_and_written_as_Serf_does()
    {
        var join = new JoinIntent(2, "py");
        Assert.Equal(join, Decode<JoinIntent>(Bytes(Golden.JoinIntent).AsSpan(1)));
        Assert.Equal(Golden.JoinIntent, "08" + Encode(join));

        var leave = new LeaveIntent(3, "py", Prune: false);
        Assert.Equal(leave, Decode<LeaveIntent>(Bytes(Golden.LeaveIntent).AsSpan(1)));
        Assert.Equal(Golden.LeaveIntent, "08" + Encode(leave));
    }

    [Fact]
    public void A_user_event_is_read_and_written_as_Serf_does()
    {
        var deploy = new UserEvent(1, "deploy", Text("v1"), Coalesce: true);
        Assert.Equal(deploy, Decode<UserEvent>(Bytes(Golden.UserEvent).AsSpan(1)));
        Assert.Equal(Golden.UserEvent, "08" + Encode(deploy));
    }

    [Fact]
    public void A_query_is_read_and_written_as_Serf_does()
    {
        var query = Decode<Query>(Bytes(Golden.Query).AsSpan(1));
        Assert.Equal((1ul, 1u, "py", "ping"), (query.LTime, query.Id, query.SourceNode, query.Name));
        Assert.Equal(Address("127.0.0.1:7946"), query.Origin);
        Assert.Equal(QueryFlags.Ack, query.Flags);
        Assert.Equal(TimeSpan.FromSeconds(3.2), query.Timeout);
        Assert.Empty(query.Filters);
        Assert.Equal(Golden.Query, "08" + Encode(query));
    }

    [Fact]
    public void A_query_s_ack_is_read_and_written_as_Serf_does()
    {
        var ack = new QueryResponse(1, 1, "py", QueryFlags.Ack, ByteString.Empty);
        Assert.Equal(ack, Decode<QueryResponse>(Bytes(Golden.QueryAck).AsSpan(1)));
        Assert.Equal(Golden.QueryAck, "08" + Encode(ack));
    }

    [Fact]
    public void The_state_of_a_push_pull_is_read_with_its_empty_slots_and_written_without()
    {
        var state = Decode<SerfState>(Bytes(Golden.SerfState));
        Assert.Equal((2ul, 1ul, 1ul), (state.LTime, state.EventLTime, state.QueryLTime));
        Assert.Equal(new StatusTime("py", 1), Assert.Single(state.StatusTimes));
        Assert.Empty(state.LeftMembers);
        var slot = Assert.Single(state.Events);
        Assert.Equal(1ul, slot.LTime);
        Assert.Equal(new RecentEvent("deploy", Text("v1")), Assert.Single(slot.Events));

        // Serf's own order of a slot's fields here is LTime, Events; ours is by name, and the nil slot is gone.
        var expected = Golden.SerfState
            .Replace("92c082a54c54696d6501a64576656e7473", "9182a64576656e7473", StringComparison.Ordinal)
            .Replace("a27631a54c54696d6502", "a27631a54c54696d6501a54c54696d6502", StringComparison.Ordinal);
        Assert.Equal(expected, Encode(state));
    }

    [Fact]
    public void Status_times_come_out_sorted_and_the_last_of_two_counts()
    {
        // StatusLTimes: {b: 1, a: 2, b: 3}.
        var state = Decode<SerfState>(Bytes("0281ac5374617475734c54696d657383a16201a16102a16203"));
        Assert.Equal([new StatusTime("a", 2), new StatusTime("b", 3)], state.StatusTimes);
        Assert.Equal((2ul, 3ul, 0ul), (state.StatusTimeOf("a"), state.StatusTimeOf("b"), state.StatusTimeOf("c")));
    }

    [Fact]
    public void Filters_are_read_and_written_as_Serf_does()
    {
        Assert.Equal(new TagFilter("role", "py.*"), FilterCodec.Decode(Bytes(Golden.TagFilter)));
        Assert.Equal(Golden.TagFilter, Convert.ToHexStringLower(FilterCodec.Encode(new TagFilter("role", "py.*"))));
        Assert.Equal(["py", "zz"], Assert.IsType<NodeFilter>(FilterCodec.Decode(Bytes(Golden.NodeFilter))).Nodes);
        Assert.Equal(Golden.NodeFilter, Convert.ToHexStringLower(FilterCodec.Encode(new NodeFilter(["py", "zz"]))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0280")]
    [InlineData("00a161")]
    [InlineData("0181a3546167")]
    public void A_filter_not_understood_is_kept_and_does_not_spoil_the_query(string hex)
    {
        var query = new Query(1, 1, default, "", [new UnknownFilter(Hex(hex))], QueryFlags.None, 0, default, "q", ByteString.Empty);
        Assert.Equal(query.Filters, Decode<Query>(SerfCodec.Encode(query).Span).Filters);
    }

    [Fact]
    public void Key_requests_are_read_and_written_as_Serf_does()
    {
        Assert.Equal(new KeyRequest(ByteString.Empty), Decode<KeyRequest>(Bytes(Golden.ListKeys)));
        Assert.Equal(Golden.ListKeys, Encode(new KeyRequest(ByteString.Empty)));
        Assert.Equal(new KeyRequest(Golden.Key), Decode<KeyRequest>(SerfCodec.Encode(new KeyRequest(Golden.Key)).Span));
    }

    [Fact]
    public void A_key_never_shows_in_a_trace()
    {
        var query = new Query(
            1, 1, default, "", [], QueryFlags.None, 0, default, "_serf_install-key", SerfCodec.Encode(new KeyRequest(Golden.Key)));
        var base64 = Convert.ToBase64String(Golden.Key.Span);
        object[] carriers =
        [
            new KeyRequest(Golden.Key), query, new UserMessage(SerfCodec.Encode(query)), new KeyResponse(true, "", [base64], base64),
        ];
        Assert.All(carriers, carrier =>
        {
            var shown = $"{carrier}";
            Assert.DoesNotContain("000102030405", shown, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(base64[..8], shown, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_conflict_response_knows_the_member_or_says_nil()
    {
        Assert.Null(Decode<ConflictResponse>(Bytes("06c0")).Member);
        Assert.Equal("06c0", Encode(new ConflictResponse(null)));

        var tags = TagsCodec.NoTags.Add("role", "web");
        var member = new ConflictMember("a", Address("10.0.0.1:7946"), tags, MemberStatus.Alive, ProtocolVersions.Current);
        var decoded = Decode<ConflictResponse>(SerfCodec.Encode(new ConflictResponse(member)).Span).Member!;
        Assert.Equal(member with { Tags = decoded.Tags }, decoded);
        Assert.Equal(tags, decoded.Tags);
    }

    [Fact]
    public void A_relay_passes_on_what_stands_behind_its_header_unchanged()
    {
        var relay = new Relay(Address("10.0.0.1:7946"), "py", Hex(Golden.QueryAck[2..]));
        var encoded = Encode(relay);
        Assert.EndsWith(Golden.QueryAck[2..], encoded, StringComparison.Ordinal);
        Assert.StartsWith("0982a84465737441646472" + "83a24950a40a000001a4506f7274cd1f0aa45a6f6e65a0" + "a8446573744e616d65a27079", encoded, StringComparison.Ordinal);
        Assert.Equal(relay, Decode<Relay>(Bytes(encoded)));
        Assert.False(SerfCodec.TryDecode(Bytes("0980"), out _, out var error));
        Assert.Equal(DecodeError.Truncated, error);
    }

    [Fact]
    public void Application_data_stands_raw_behind_its_number()
    {
        Assert.Equal("53010203", Encode(new ApplicationData(Hex("010203"))));
        Assert.Equal(new ApplicationData(Hex("010203")), Decode<ApplicationData>(Bytes("53010203")));
    }

    [Theory]
    [InlineData("", DecodeError.Empty)]
    [InlineData("0a80", DecodeError.UnknownType)]
    [InlineData("0481a746696c7465727393", DecodeError.Truncated)]
    [InlineData("0481a754696d656f7574cfffffffffffffffff", DecodeError.OutOfRange)]
    public void What_is_malformed_is_refused_with_its_reason(string hex, object expected)
    {
        Assert.False(SerfCodec.TryDecode(Bytes(hex), out _, out var error));
        Assert.Equal((DecodeError)expected, error);
    }
}
