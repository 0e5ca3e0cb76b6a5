using System.Collections.Immutable;

using FsCheck;
using FsCheck.Fluent;

using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Tests.Wire;

/// <summary>Random messages of every kind.</summary>
internal static class MessageGenerator
{
    private static readonly Gen<uint> Numbers = Gen.OneOf(
        Gen.Elements<uint>(0, 1, 127, 128, 255, 256, 65_535, 65_536, uint.MaxValue), Gen.Choose(0, int.MaxValue).Select(i => (uint)i));

    private static readonly Gen<ulong> Times = Gen.OneOf(
        Numbers.Select(i => (ulong)i), Gen.Elements<ulong>(uint.MaxValue + 1ul, long.MaxValue, ulong.MaxValue));

    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.Elements("", "a", "node-1", "x.y.z", "ünïcödé", "日本", "😀", new string('s', 31), new string('s', 32), new string('s', 300)),
        Gen.Choose(' ', '~').Select(c => (char)c).ArrayOf().Select(chars => new string(chars)));

    private static readonly Gen<ByteString> Payloads = Gen.OneOf(
        Gen.Choose(0, 255).Select(i => (byte)i).ArrayOf().Select(bytes => ByteString.Own(bytes)),
        Gen.Elements(0, 31, 32, 255, 256, 1_000, 65_535, 65_536).Select(length => ByteString.Own(new byte[length])));

    private static readonly Gen<NodeAddress> Addresses =
        from length in Gen.Elements(0, 4, 16)
        from bytes in Gen.Choose(0, 255).Select(i => (byte)i).ArrayOf(length)
        from port in Gen.Choose(0, ushort.MaxValue)
        select NodeAddress.TryCreate(bytes, (ushort)port, out var address) ? address : default;

    private static readonly Gen<ProtocolVersions> Versions =
        from length in Gen.Elements(0, 3, 6)
        from bytes in Gen.Choose(0, 255).Select(i => (byte)i).ArrayOf(length)
        select new ProtocolVersions(bytes);

    private static readonly Gen<ImmutableSortedDictionary<string, string>> Tags =
        Texts.Two().ArrayOf().Select(pairs => pairs.Aggregate(
            ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal), (tags, pair) => tags.SetItem(pair.Item1, pair.Item2)));

    public static Gen<GossipMessage> Packets { get; } = Gen.OneOf(
        from sequence in Numbers
        from node in Texts
        from source in Addresses
        from name in Texts
        select (GossipMessage)new Ping(sequence, node, source, name),
        from sequence in Numbers
        from target in Addresses
        from node in Texts
        from nack in Booleans
        from source in Addresses
        from name in Texts
        select (GossipMessage)new IndirectPing(sequence, target, node, nack, source, name),
        from sequence in Numbers
        from payload in Payloads
        select (GossipMessage)new Ack(sequence, payload),
        from sequence in Numbers
        select (GossipMessage)new Nack(sequence),
        from incarnation in Numbers
        from node in Texts
        from origin in Texts
        select (GossipMessage)new Suspect(incarnation, node, origin),
        from incarnation in Numbers
        from node in Texts
        from origin in Texts
        select (GossipMessage)new Dead(incarnation, node, origin),
        from incarnation in Numbers
        from node in Texts
        from address in Addresses
        from meta in Payloads
        from versions in Versions
        select (GossipMessage)new Alive(incarnation, node, address, meta, versions),
        from payload in Payloads
        select (GossipMessage)new UserMessage(payload));

    public static Gen<GossipMessage> Streams { get; } = Gen.OneOf(
        from sequence in Numbers
        from node in Texts
        from source in Addresses
        from name in Texts
        select (GossipMessage)new Ping(sequence, node, source, name),
        from sequence in Numbers
        from payload in Payloads
        select (GossipMessage)new Ack(sequence, payload),
        from payload in Payloads
        select (GossipMessage)new UserMessage(payload),
        from error in Texts
        select (GossipMessage)new ErrorReply(error),
        from joining in Booleans
        from nodes in NodeStates.ArrayOf()
        from state in Payloads
        select (GossipMessage)new PushPull(joining, [.. nodes], state));

    public static Gen<SerfMessage> Serf { get; } = Gen.OneOf(
        from time in Times
        from node in Texts
        select (SerfMessage)new JoinIntent(time, node),
        from time in Times
        from node in Texts
        from prune in Booleans
        select (SerfMessage)new LeaveIntent(time, node, prune),
        States,
        from time in Times
        from name in Texts
        from payload in Payloads
        from coalesce in Booleans
        select (SerfMessage)new UserEvent(time, name, payload, coalesce),
        Queries,
        from time in Times
        from id in Numbers
        from origin in Texts
        from flags in Numbers
        from payload in Payloads
        select (SerfMessage)new QueryResponse(time, id, origin, (QueryFlags)flags, payload),
        Conflicts,
        from key in Payloads
        select (SerfMessage)new KeyRequest(key),
        from result in Booleans
        from message in Texts
        from keys in Texts.ArrayOf()
        from primary in Texts
        select (SerfMessage)new KeyResponse(result, message, [.. keys], primary),
        from destination in Addresses
        from name in Texts
        from inner in Payloads.Where(payload => !payload.IsEmpty)
        select (SerfMessage)new Relay(destination, name, inner),
        from payload in Payloads
        select (SerfMessage)new ApplicationData(payload));

    private static Gen<bool> Booleans => Gen.Elements(false, true);

    private static Gen<PushNodeState> NodeStates =>
        from name in Texts
        from address in Addresses
        from meta in Payloads
        from incarnation in Numbers
        from state in Gen.Choose(0, 255)
        from versions in Versions
        select new PushNodeState(name, address, meta, incarnation, (SwimState)state, versions);

    private static Gen<SerfMessage> States =>
        from time in Times
        from statuses in Tags
        from statusTime in Times
        from left in Texts.ArrayOf()
        from eventTime in Times
        from events in RecentEvents.ArrayOf()
        from queryTime in Times
        select (SerfMessage)new SerfState(
            time, [.. statuses.Keys.Select(node => new StatusTime(node, statusTime))], [.. left], eventTime, [.. events], queryTime);

    private static Gen<RecentEvent> Events =>
        from name in Texts
        from payload in Payloads
        select new RecentEvent(name, payload);

    private static Gen<RecentEvents> RecentEvents =>
        from time in Times
        from items in Events.NonEmptyListOf()
        select new RecentEvents(time, [.. items]);

    private static Gen<SerfMessage> Queries =>
        from time in Times
        from id in Numbers
        from origin in Addresses
        from source in Texts
        from filters in Filters.ArrayOf()
        from flags in Numbers
        from relays in Gen.Choose(0, 255)
        from timeout in Gen.Choose(-1_000_000, int.MaxValue)
        from name in Texts
        from payload in Payloads
        select (SerfMessage)new Query(
            time, id, origin, source, [.. filters], (QueryFlags)flags, (byte)relays, TimeSpan.FromTicks(timeout), name, payload);

    private static Gen<QueryFilter> Filters => Gen.OneOf(
        Texts.ArrayOf().Select(nodes => (QueryFilter)new NodeFilter([.. nodes])),
        Texts.Two().Select(pair => (QueryFilter)new TagFilter(pair.Item1, pair.Item2)),
        Gen.Elements("", "0280", "05ffff").Select(hex => (QueryFilter)new UnknownFilter(ByteString.Own(Convert.FromHexString(hex)))));

    private static Gen<SerfMessage> Conflicts => Gen.OneOf(
        Gen.Constant((SerfMessage)new ConflictResponse(null)),
        from name in Texts
        from address in Addresses
        from tags in Tags
        from status in Gen.Choose(0, 4)
        from versions in Gen.Choose(0, 255).Select(i => (byte)i).ArrayOf(ProtocolVersions.FullLength)
        select (SerfMessage)new ConflictResponse(
            new ConflictMember(name, address, tags, (MemberStatus)status, new ProtocolVersions(versions))));
}
