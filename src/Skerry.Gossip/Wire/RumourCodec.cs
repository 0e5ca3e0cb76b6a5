using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Wire;

/// <summary>
/// Bodies of what is gossiped about a node. Fields in declaration order.
/// <code>
/// suspect, dead  Incarnation u32, Node str, From str
/// alive          Incarnation u32, Node str, Addr bytes, Port u16, Meta bytes, Vsn bytes(6)
/// </code>
/// </summary>
internal static class RumourCodec
{
    private static readonly FieldTable AccusationFields = new("Incarnation", "Node", "From");

    private static readonly FieldTable AliveFields = new("Incarnation", "Node", "Addr", "Port", "Meta", "Vsn");

    public static (uint Incarnation, string Node, string From) ReadAccusation(ref MessagePackReader reader)
    {
        var (incarnation, node, from) = (0u, "", "");
        var cursor = reader.BeginStruct();
        while (reader.NextField(AccusationFields, ref cursor, out var field))
        {
            switch (field)
            {
                case 0: incarnation = reader.ReadUInt32(); break;
                case 1: node = reader.ReadString(); break;
                default: from = reader.ReadString(); break;
            }
        }

        return (incarnation, node, from);
    }

    public static Alive ReadAlive(ref MessagePackReader reader)
    {
        var (incarnation, node, address, port) = (0u, "", default(NodeAddress), (ushort)0);
        var (meta, versions) = (ByteString.Empty, default(ProtocolVersions));
        var cursor = reader.BeginStruct();
        while (reader.NextField(AliveFields, ref cursor, out var field))
        {
            switch (field)
            {
                case 0: incarnation = reader.ReadUInt32(); break;
                case 1: node = reader.ReadString(); break;
                case 2: address = reader.ReadIP(); break;
                case 3: port = reader.ReadUInt16(); break;
                case 4: meta = reader.ReadByteString(); break;
                default: versions = reader.ReadVersions(); break;
            }
        }

        return new Alive(incarnation, node, address.WithPort(port), meta, versions);
    }

    public static void WriteAccusation(uint incarnation, string node, string from, ref MessagePackWriter writer)
    {
        writer.WriteMapHeader(3);
        writer.WriteField("From"u8);
        writer.WriteString(from);
        writer.WriteField("Incarnation"u8);
        writer.WriteUnsigned(incarnation);
        writer.WriteField("Node"u8);
        writer.WriteString(node);
    }

    public static void Write(Alive alive, ref MessagePackWriter writer)
    {
        writer.WriteMapHeader(6);
        writer.WriteField("Addr"u8);
        writer.WriteIP(alive.Address);
        writer.WriteField("Incarnation"u8);
        writer.WriteUnsigned(alive.Incarnation);
        writer.WriteField("Meta"u8);
        writer.WriteBytes(alive.Meta.Span);
        writer.WriteField("Node"u8);
        writer.WriteString(alive.Node);
        writer.WriteField("Port"u8);
        writer.WriteUnsigned(alive.Address.Port);
        writer.WriteField("Vsn"u8);
        writer.WriteVersions(alive.Versions);
    }
}
