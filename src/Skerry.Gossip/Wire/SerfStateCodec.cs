using System.Collections.Immutable;

using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Wire;

/// <summary>
/// Body of Serf's share of a push/pull. Fields in declaration order.
/// <code>
/// pushPull    LTime u64, StatusLTimes map(str to u64), LeftMembers list(str), EventLTime u64, Events list(userEvents or nil), QueryLTime u64
/// userEvents  LTime u64, Events list({Name str, Payload bytes})
/// </code>
/// Upstream sends its whole ring of 512 slots, nils included; here only those with events are kept and sent.
/// </summary>
internal static class SerfStateCodec
{
    private static readonly FieldTable Fields = new("LTime", "StatusLTimes", "LeftMembers", "EventLTime", "Events", "QueryLTime");

    private static readonly FieldTable SlotFields = new("LTime", "Events");

    private static readonly FieldTable EventFields = new("Name", "Payload");

    public static SerfState Read(ref MessagePackReader reader)
    {
        var (time, eventTime, queryTime) = (0ul, 0ul, 0ul);
        ImmutableArray<StatusTime> statusTimes = [];
        ImmutableArray<string> left = [];
        ImmutableArray<RecentEvents> events = [];
        var cursor = reader.BeginStruct();
        while (reader.NextField(Fields, ref cursor, out var field))
        {
            switch (field)
            {
                case 0: time = reader.ReadUInt64(); break;
                case 1: statusTimes = ReadStatusTimes(ref reader); break;
                case 2: left = ReadStrings(ref reader); break;
                case 3: eventTime = reader.ReadUInt64(); break;
                case 4: events = ReadSlots(ref reader); break;
                default: queryTime = reader.ReadUInt64(); break;
            }
        }

        return new SerfState(time, statusTimes, left, eventTime, events, queryTime);
    }

    public static void Write(SerfState state, ref MessagePackWriter writer)
    {
        writer.WriteMapHeader(6);
        writer.WriteField("EventLTime"u8);
        writer.WriteUnsigned(state.EventLTime);
        writer.WriteField("Events"u8);
        WriteSlots(state.Events, ref writer);
        writer.WriteField("LTime"u8);
        writer.WriteUnsigned(state.LTime);
        writer.WriteField("LeftMembers"u8);
        WriteStrings(state.LeftMembers, ref writer);
        writer.WriteField("QueryLTime"u8);
        writer.WriteUnsigned(state.QueryLTime);
        writer.WriteField("StatusLTimes"u8);
        writer.WriteMapHeader(state.StatusTimes.Length);
        foreach (var status in state.StatusTimes)
        {
            writer.WriteString(status.Node);
            writer.WriteUnsigned(status.LTime);
        }
    }

    public static ImmutableArray<string> ReadStrings(ref MessagePackReader reader)
    {
        var count = reader.ReadArrayHeader();
        if (count == 0) return [];
        var items = ImmutableArray.CreateBuilder<string>(Math.Min(count, 1 + (reader.Remaining / 8)));
        for (var i = 0; i < count && reader.Ok; i++) items.Add(reader.ReadString());
        return items.DrainToImmutable();
    }

    public static void WriteStrings(ImmutableArray<string> items, ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(items.Length);
        foreach (var item in items) writer.WriteString(item);
    }

    /// <summary>Sorts the map, which upstream writes in random order; of a name that comes twice the last one counts.</summary>
    private static ImmutableArray<StatusTime> ReadStatusTimes(ref MessagePackReader reader)
    {
        var count = reader.ReadMapHeader();
        if (count == 0) return [];
        var items = new List<StatusTime>(Math.Min(count, 1 + (reader.Remaining / 8)));
        var sorted = true;
        for (var i = 0; i < count && reader.Ok; i++)
        {
            var node = reader.ReadString();
            sorted = sorted && (i == 0 || string.CompareOrdinal(items[i - 1].Node, node) < 0);
            items.Add(new StatusTime(node, reader.ReadUInt64()));
        }

        return sorted ? [.. items] : SortLastWins(items);
    }

    private static ImmutableArray<StatusTime> SortLastWins(List<StatusTime> items)
    {
        var sorted = new SortedDictionary<string, ulong>(StringComparer.Ordinal);
        foreach (var item in items) sorted[item.Node] = item.LTime;
        return [.. sorted.Select(pair => new StatusTime(pair.Key, pair.Value))];
    }

    private static ImmutableArray<RecentEvents> ReadSlots(ref MessagePackReader reader)
    {
        var count = reader.ReadArrayHeader();
        var slots = ImmutableArray.CreateBuilder<RecentEvents>();
        for (var i = 0; i < count && reader.Ok; i++)
        {
            var slot = ReadSlot(ref reader);
            if (!slot.Events.IsEmpty) slots.Add(slot);
        }

        return slots.DrainToImmutable();
    }

    private static RecentEvents ReadSlot(ref MessagePackReader reader)
    {
        var (time, events) = (0ul, ImmutableArray<RecentEvent>.Empty);
        var cursor = reader.BeginStruct();
        while (reader.NextField(SlotFields, ref cursor, out var field))
        {
            if (field == 0) time = reader.ReadUInt64();
            else events = ReadEvents(ref reader);
        }

        return new RecentEvents(time, events);
    }

    private static ImmutableArray<RecentEvent> ReadEvents(ref MessagePackReader reader)
    {
        var count = reader.ReadArrayHeader();
        var events = ImmutableArray.CreateBuilder<RecentEvent>();
        for (var i = 0; i < count && reader.Ok; i++)
        {
            var (name, payload) = ("", ByteString.Empty);
            var cursor = reader.BeginStruct();
            while (reader.NextField(EventFields, ref cursor, out var field))
            {
                if (field == 0) name = reader.ReadString();
                else payload = reader.ReadByteString();
            }

            events.Add(new RecentEvent(name, payload));
        }

        return events.DrainToImmutable();
    }

    private static void WriteSlots(ImmutableArray<RecentEvents> slots, ref MessagePackWriter writer)
    {
        if (slots.IsEmpty)
        {
            writer.WriteNil();
            return;
        }

        writer.WriteArrayHeader(slots.Length);
        foreach (var slot in slots)
        {
            writer.WriteMapHeader(2);
            writer.WriteField("Events"u8);
            writer.WriteArrayHeader(slot.Events.Length);
            foreach (var item in slot.Events)
            {
                writer.WriteMapHeader(2);
                writer.WriteField("Name"u8);
                writer.WriteString(item.Name);
                writer.WriteField("Payload"u8);
                writer.WriteBytes(item.Payload.Span);
            }

            writer.WriteField("LTime"u8);
            writer.WriteUnsigned(slot.LTime);
        }
    }
}
