using System.Collections.Immutable;

using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;

using static Skerry.Gossip.Tests.Wire.Golden;

namespace Skerry.Gossip.Tests.Wire;

/// <summary>Valid messages of every kind, from which malformed ones are made.</summary>
internal static class FuzzCorpus
{
    public static Keyring Keys { get; } = Ring(Key, ByteString.Own(new byte[32]));

    /// <summary>Memberlist's and Serf's messages as packets carry them.</summary>
    public static byte[][] Messages { get; } = [.. Packets().Select(GossipCodec.Encode)];

    /// <summary>What TCP carries, in clear.</summary>
    public static byte[][] Streams { get; } = [.. StreamMessages().Select(message => StreamTests.Encode(message, Keyring.Empty, compress: false))];

    private static IEnumerable<GossipMessage> Packets()
    {
        string[] vectors =
        [
            AliveWithTags, AliveWithoutTags, Golden.Ping, BarePing, Golden.Dead, Golden.Suspect, Golden.IndirectPing, Golden.Nack,
            Golden.JoinIntent, Golden.LeaveIntent, Golden.UserEvent, Golden.Query, QueryAck,
        ];
        foreach (var vector in vectors)
        {
            GossipCodec.TryDecode(Bytes(vector), out var message, out _);
            yield return message!;
        }

        yield return new Ack(7, CoordinateCodec.Encode(new Coordinate([1, 2, 3, 4, 5, 6, 7, 8], 1.5, 0.1, 1e-5)));
        foreach (var message in SerfMessages()) yield return new UserMessage(SerfCodec.Encode(message));
    }

    private static IEnumerable<SerfMessage> SerfMessages()
    {
        var address = Address("10.0.0.1:7946");
        var member = new ConflictMember("py", address, TagsCodec.NoTags.Add("role", "web"), MemberStatus.Alive, ProtocolVersions.Current);
        QueryFilter[] filters = [new NodeFilter(["py", "zz"]), new TagFilter("role", "py.*")];
        yield return new Query(
            9, 8, address, "a", [.. filters], QueryFlags.Ack, 2, TimeSpan.FromSeconds(3), "_serf_install-key", SerfCodec.Encode(new KeyRequest(Key)));
        yield return new ConflictResponse(member);
        yield return new KeyRequest(Key);
        yield return new KeyResponse(true, "fine", ["a2V5", "eWVr"], "a2V5");
        yield return new Relay(address, "py", Hex(QueryAck[2..]));
        yield return new ApplicationData(Text("a record"));
        yield return State();
    }

    private static SerfState State()
    {
        var status = Enumerable.Range(10, 20).Select(i => new StatusTime($"node-{i}", (ulong)i));
        return new SerfState(9, [.. status], ["node-10"], 3, [new RecentEvents(2, [new RecentEvent("deploy", Text("v1"))])], 4);
    }

    private static IEnumerable<GossipMessage> StreamMessages()
    {
        var nodes = Enumerable.Range(10, 20).Select(i => new PushNodeState(
            $"node-{i}", Address($"10.0.0.{i}:7946"), Hex(RoleTags), (uint)i, (SwimState)(i % 4), ProtocolVersions.Current));
        yield return new PushPull(true, nodes.ToImmutableArray(), SerfCodec.Encode(State()));
        yield return new UserMessage(SerfCodec.Encode(new ApplicationData(ByteString.Own(new byte[500]))));
        yield return new Ping(1, "a", Address("10.0.0.1:7946"), "b");
        yield return new Ack(1, ByteString.Empty);
        yield return new ErrorReply("no");
    }
}
