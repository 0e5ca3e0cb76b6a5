using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Wire;

/// <summary>
/// Bodies of the intents. Fields in declaration order.
/// <code>
/// leave  LTime u64, Node str, Prune bool
/// join   LTime u64, Node str
/// </code>
/// </summary>
internal static class IntentCodec
{
    private static readonly FieldTable Fields = new("LTime", "Node", "Prune");

    public static JoinIntent ReadJoin(ref MessagePackReader reader)
    {
        var (time, node, _) = Read(ref reader);
        return new JoinIntent(time, node);
    }

    public static LeaveIntent ReadLeave(ref MessagePackReader reader)
    {
        var (time, node, prune) = Read(ref reader);
        return new LeaveIntent(time, node, prune);
    }

    public static void Write(JoinIntent join, ref MessagePackWriter writer)
    {
        writer.WriteMapHeader(2);
        WriteTimeAndNode(join.LTime, join.Node, ref writer);
    }

    public static void Write(LeaveIntent leave, ref MessagePackWriter writer)
    {
        writer.WriteMapHeader(3);
        WriteTimeAndNode(leave.LTime, leave.Node, ref writer);
        writer.WriteField("Prune"u8);
        writer.WriteBoolean(leave.Prune);
    }

    private static (ulong LTime, string Node, bool Prune) Read(ref MessagePackReader reader)
    {
        var (time, node, prune) = (0ul, "", false);
        var cursor = reader.BeginStruct();
        while (reader.NextField(Fields, ref cursor, out var field))
        {
            switch (field)
            {
                case 0: time = reader.ReadUInt64(); break;
                case 1: node = reader.ReadString(); break;
                default: prune = reader.ReadBoolean(); break;
            }
        }

        return (time, node, prune);
    }

    private static void WriteTimeAndNode(ulong time, string node, ref MessagePackWriter writer)
    {
        writer.WriteField("LTime"u8);
        writer.WriteUnsigned(time);
        writer.WriteField("Node"u8);
        writer.WriteString(node);
    }
}
