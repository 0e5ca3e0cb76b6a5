using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Wire;

/// <summary>
/// Bodies of the failure detector's messages. Fields in declaration order; in square brackets, those left out when empty.
/// <code>
/// ping          SeqNo u32, Node str, [SourceAddr bytes], [SourcePort u16], [SourceNode str]
/// indirectPing  SeqNo u32, Target bytes, Port u16, Node str, Nack bool, [SourceAddr], [SourcePort], [SourceNode]
/// ackResp       SeqNo u32, Payload bytes
/// nackResp      SeqNo u32
/// </code>
/// </summary>
internal static class ProbeCodec
{
    private static readonly FieldTable PingFields = new("SeqNo", "Node", "SourceAddr", "SourcePort", "SourceNode");

    private static readonly FieldTable IndirectPingFields =
        new("SeqNo", "Target", "Port", "Node", "Nack", "SourceAddr", "SourcePort", "SourceNode");

    private static readonly FieldTable AckFields = new("SeqNo", "Payload");

    private static readonly FieldTable NackFields = new("SeqNo");

    public static Ping ReadPing(ref MessagePackReader reader)
    {
        var (sequence, node, source, port, sourceNode) = (0u, "", default(NodeAddress), (ushort)0, "");
        var cursor = reader.BeginStruct();
        while (reader.NextField(PingFields, ref cursor, out var field))
        {
            switch (field)
            {
                case 0: sequence = reader.ReadUInt32(); break;
                case 1: node = reader.ReadString(); break;
                case 2: source = reader.ReadIP(); break;
                case 3: port = reader.ReadUInt16(); break;
                default: sourceNode = reader.ReadString(); break;
            }
        }

        return new Ping(sequence, node, source.WithPort(port), sourceNode);
    }

    public static IndirectPing ReadIndirectPing(ref MessagePackReader reader)
    {
        var (sequence, target, targetPort, node, nack) = (0u, default(NodeAddress), (ushort)0, "", false);
        var (source, port, sourceNode) = (default(NodeAddress), (ushort)0, "");
        var cursor = reader.BeginStruct();
        while (reader.NextField(IndirectPingFields, ref cursor, out var field))
        {
            switch (field)
            {
                case 0: sequence = reader.ReadUInt32(); break;
                case 1: target = reader.ReadIP(); break;
                case 2: targetPort = reader.ReadUInt16(); break;
                case 3: node = reader.ReadString(); break;
                case 4: nack = reader.ReadBoolean(); break;
                case 5: source = reader.ReadIP(); break;
                case 6: port = reader.ReadUInt16(); break;
                default: sourceNode = reader.ReadString(); break;
            }
        }

        return new IndirectPing(sequence, target.WithPort(targetPort), node, nack, source.WithPort(port), sourceNode);
    }

    public static Ack ReadAck(ref MessagePackReader reader)
    {
        var (sequence, payload) = (0u, ByteString.Empty);
        var cursor = reader.BeginStruct();
        while (reader.NextField(AckFields, ref cursor, out var field))
        {
            if (field == 0) sequence = reader.ReadUInt32();
            else payload = reader.ReadByteString();
        }

        return new Ack(sequence, payload);
    }

    public static Nack ReadNack(ref MessagePackReader reader)
    {
        var sequence = 0u;
        var cursor = reader.BeginStruct();
        while (reader.NextField(NackFields, ref cursor, out _)) sequence = reader.ReadUInt32();
        return new Nack(sequence);
    }

    public static void Write(Ping ping, ref MessagePackWriter writer)
    {
        writer.WriteMapHeader(2 + SourceFields(ping.Source, ping.SourceNode));
        writer.WriteField("Node"u8);
        writer.WriteString(ping.Node);
        writer.WriteField("SeqNo"u8);
        writer.WriteUnsigned(ping.Sequence);
        WriteSource(ping.Source, ping.SourceNode, ref writer);
    }

    public static void Write(IndirectPing ping, ref MessagePackWriter writer)
    {
        writer.WriteMapHeader(5 + SourceFields(ping.Source, ping.SourceNode));
        writer.WriteField("Nack"u8);
        writer.WriteBoolean(ping.Nack);
        writer.WriteField("Node"u8);
        writer.WriteString(ping.Node);
        writer.WriteField("Port"u8);
        writer.WriteUnsigned(ping.Target.Port);
        writer.WriteField("SeqNo"u8);
        writer.WriteUnsigned(ping.Sequence);
        WriteSource(ping.Source, ping.SourceNode, ref writer);
        writer.WriteField("Target"u8);
        writer.WriteIP(ping.Target);
    }

    public static void Write(Ack ack, ref MessagePackWriter writer)
    {
        writer.WriteMapHeader(2);
        writer.WriteField("Payload"u8);
        writer.WriteBytes(ack.Payload.Span);
        writer.WriteField("SeqNo"u8);
        writer.WriteUnsigned(ack.Sequence);
    }

    public static void Write(Nack nack, ref MessagePackWriter writer)
    {
        writer.WriteMapHeader(1);
        writer.WriteField("SeqNo"u8);
        writer.WriteUnsigned(nack.Sequence);
    }

    private static int SourceFields(NodeAddress source, string sourceNode) =>
        (source.HasIP ? 1 : 0) + (source.Port != 0 ? 1 : 0) + (sourceNode.Length != 0 ? 1 : 0);

    private static void WriteSource(NodeAddress source, string sourceNode, ref MessagePackWriter writer)
    {
        if (source.HasIP)
        {
            writer.WriteField("SourceAddr"u8);
            writer.WriteIP(source);
        }

        if (sourceNode.Length != 0)
        {
            writer.WriteField("SourceNode"u8);
            writer.WriteString(sourceNode);
        }

        if (source.Port != 0)
        {
            writer.WriteField("SourcePort"u8);
            writer.WriteUnsigned(source.Port);
        }
    }
}
