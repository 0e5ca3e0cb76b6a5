using System.Collections.Immutable;

using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Wire;

/// <summary>
/// Bodies of queries and what answers them. Fields in declaration order.
/// <code>
/// query          LTime u64, ID u32, Addr bytes, Port u16, SourceNode str, Filters list(bytes), Flags u32, RelayFactor u8, Timeout i64 ns,
///                Name str, Payload bytes
/// queryResponse  LTime u64, ID u32, From str, Flags u32, Payload bytes
/// relay          {DestAddr {IP bytes, Port int, Zone str}, DestName str}, then the message to pass on
/// </code>
/// </summary>
internal static class QueryCodec
{
    private const long NanosecondsPerTick = 100;

    private static readonly FieldTable QueryFields = new(
        "LTime", "ID", "Addr", "Port", "SourceNode", "Filters", "Flags", "RelayFactor", "Timeout", "Name", "Payload");

    private static readonly FieldTable ResponseFields = new("LTime", "ID", "From", "Flags", "Payload");

    private static readonly FieldTable RelayFields = new("DestAddr", "DestName");

    private static readonly FieldTable EndPointFields = new("IP", "Port", "Zone");

    public static Query Read(ref MessagePackReader reader)
    {
        var (time, id, address, port, sourceNode) = (0ul, 0u, default(NodeAddress), (ushort)0, "");
        var (filters, flags, relayFactor) = (ImmutableArray<QueryFilter>.Empty, QueryFlags.None, (byte)0);
        var (timeout, name, payload) = (TimeSpan.Zero, "", ByteString.Empty);
        var cursor = reader.BeginStruct();
        while (reader.NextField(QueryFields, ref cursor, out var field))
        {
            switch (field)
            {
                case 0: time = reader.ReadUInt64(); break;
                case 1: id = reader.ReadUInt32(); break;
                case 2: address = reader.ReadIP(); break;
                case 3: port = reader.ReadUInt16(); break;
                case 4: sourceNode = reader.ReadString(); break;
                case 5: filters = ReadFilters(ref reader); break;
                case 6: flags = (QueryFlags)reader.ReadUInt32(); break;
                case 7: relayFactor = reader.ReadUInt8(); break;
                case 8: timeout = new TimeSpan(reader.ReadInt64() / NanosecondsPerTick); break;
                case 9: name = reader.ReadString(); break;
                default: payload = reader.ReadByteString(); break;
            }
        }

        return new Query(time, id, address.WithPort(port), sourceNode, filters, flags, relayFactor, timeout, name, payload);
    }

    public static QueryResponse ReadResponse(ref MessagePackReader reader)
    {
        var (time, id, from, flags, payload) = (0ul, 0u, "", QueryFlags.None, ByteString.Empty);
        var cursor = reader.BeginStruct();
        while (reader.NextField(ResponseFields, ref cursor, out var field))
        {
            switch (field)
            {
                case 0: time = reader.ReadUInt64(); break;
                case 1: id = reader.ReadUInt32(); break;
                case 2: from = reader.ReadString(); break;
                case 3: flags = (QueryFlags)reader.ReadUInt32(); break;
                default: payload = reader.ReadByteString(); break;
            }
        }

        return new QueryResponse(time, id, from, flags, payload);
    }

    public static Relay ReadRelay(ref MessagePackReader reader)
    {
        var (destination, name) = (default(NodeAddress), "");
        var cursor = reader.BeginStruct();
        while (reader.NextField(RelayFields, ref cursor, out var field))
        {
            if (field == 0) destination = ReadEndPoint(ref reader);
            else name = reader.ReadString();
        }

        var inner = reader.Take((uint)reader.Remaining);
        if (inner.IsEmpty) reader.Fail(DecodeError.Truncated);
        return new Relay(destination, name, ByteString.CopyOf(inner));
    }

    public static void Write(Query query, ref MessagePackWriter writer)
    {
        writer.WriteMapHeader(11);
        writer.WriteField("Addr"u8);
        writer.WriteIP(query.Origin);
        writer.WriteField("Filters"u8);
        WriteFilters(query.Filters, ref writer);
        writer.WriteField("Flags"u8);
        writer.WriteUnsigned((uint)query.Flags);
        writer.WriteField("ID"u8);
        writer.WriteUnsigned(query.Id);
        writer.WriteField("LTime"u8);
        writer.WriteUnsigned(query.LTime);
        writer.WriteField("Name"u8);
        writer.WriteString(query.Name);
        writer.WriteField("Payload"u8);
        writer.WriteBytes(query.Payload.Span);
        writer.WriteField("Port"u8);
        writer.WriteUnsigned(query.Origin.Port);
        writer.WriteField("RelayFactor"u8);
        writer.WriteUnsigned(query.RelayFactor);
        writer.WriteField("SourceNode"u8);
        writer.WriteString(query.SourceNode);
        writer.WriteField("Timeout"u8);
        writer.WriteSigned(Nanoseconds(query.Timeout));
    }

    public static void Write(QueryResponse response, ref MessagePackWriter writer)
    {
        writer.WriteMapHeader(5);
        writer.WriteField("Flags"u8);
        writer.WriteUnsigned((uint)response.Flags);
        writer.WriteField("From"u8);
        writer.WriteString(response.From);
        writer.WriteField("ID"u8);
        writer.WriteUnsigned(response.Id);
        writer.WriteField("LTime"u8);
        writer.WriteUnsigned(response.LTime);
        writer.WriteField("Payload"u8);
        writer.WriteBytes(response.Payload.Span);
    }

    public static void Write(Relay relay, ref MessagePackWriter writer)
    {
        writer.WriteMapHeader(2);
        writer.WriteField("DestAddr"u8);
        writer.WriteMapHeader(3);
        writer.WriteField("IP"u8);
        writer.WriteIP(relay.Destination);
        writer.WriteField("Port"u8);
        writer.WriteUnsigned(relay.Destination.Port);
        writer.WriteField("Zone"u8);
        writer.WriteString("");
        writer.WriteField("DestName"u8);
        writer.WriteString(relay.DestinationName);
        writer.WriteVerbatim(relay.Inner.Span);
    }

    private static NodeAddress ReadEndPoint(ref MessagePackReader reader)
    {
        var (address, port) = (default(NodeAddress), (ushort)0);
        var cursor = reader.BeginStruct();
        while (reader.NextField(EndPointFields, ref cursor, out var field))
        {
            if (field == 0) address = reader.ReadIP();
            else if (field == 1) port = reader.ReadUInt16();
            else reader.Skip();
        }

        return address.WithPort(port);
    }

    private static ImmutableArray<QueryFilter> ReadFilters(ref MessagePackReader reader)
    {
        var count = reader.ReadArrayHeader();
        if (count == 0) return [];
        var filters = ImmutableArray.CreateBuilder<QueryFilter>();
        for (var i = 0; i < count && reader.Ok; i++) filters.Add(FilterCodec.Decode(reader.ReadRaw()));
        return filters.DrainToImmutable();
    }

    private static void WriteFilters(ImmutableArray<QueryFilter> filters, ref MessagePackWriter writer)
    {
        if (filters.IsEmpty)
        {
            writer.WriteNil();
            return;
        }

        writer.WriteArrayHeader(filters.Length);
        foreach (var filter in filters) writer.WriteBytes(FilterCodec.Encode(filter));
    }

    /// <summary>Saturates: a peer means "for ever" by the largest number it has.</summary>
    private static long Nanoseconds(TimeSpan duration) =>
        (long)Int128.Clamp((Int128)duration.Ticks * NanosecondsPerTick, long.MinValue, long.MaxValue);
}
