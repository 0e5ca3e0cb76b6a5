using System.Collections.Immutable;

using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Wire;

/// <summary>
/// Bodies of what goes over TCP only. Fields in declaration order.
/// <code>
/// pushPull        pushPullHeader, Nodes x pushNodeState, UserStateLen raw bytes
/// pushPullHeader  Nodes int, UserStateLen int, Join bool
/// pushNodeState   Name str, Addr bytes, Port u16, Meta bytes, Incarnation u32, State int, Vsn bytes(6)
/// user            userMsgHeader, UserMsgLen raw bytes
/// userMsgHeader   UserMsgLen int
/// err             Error str
/// </code>
/// </summary>
internal static class PushPullCodec
{
    /// <summary>
    /// Seven fields at their shortest as an array; with the names upstream sends it is 50 bytes. A count is held against the bytes that are
    /// there before anything is allocated by it.
    /// </summary>
    private const int MinNodeSize = 8;

    private static readonly FieldTable HeaderFields = new("Nodes", "UserStateLen", "Join");

    private static readonly FieldTable NodeFields = new("Name", "Addr", "Port", "Meta", "Incarnation", "State", "Vsn");

    private static readonly FieldTable UserFields = new("UserMsgLen");

    private static readonly FieldTable ErrorFields = new("Error");

    public static PushPull Read(ref MessagePackReader reader)
    {
        var header = ReadHeader(ref reader);
        if (header.Nodes > reader.Remaining / MinNodeSize) reader.Fail(DecodeError.Truncated);
        var nodes = ImmutableArray.CreateBuilder<PushNodeState>(reader.Ok ? header.Nodes : 0);
        for (var i = 0; i < header.Nodes && reader.Ok; i++) nodes.Add(ReadNode(ref reader));
        var userState = ByteString.CopyOf(reader.Take((uint)header.UserStateLength));
        return new PushPull(header.Join, nodes.DrainToImmutable(), userState);
    }

    /// <summary>The header, its counts within bounds.</summary>
    public static PushPullHeader ReadHeader(ref MessagePackReader reader)
    {
        var (nodes, userStateLength, join) = (0, 0, false);
        var cursor = reader.BeginStruct();
        while (reader.NextField(HeaderFields, ref cursor, out var field))
        {
            switch (field)
            {
                case 0: nodes = reader.ReadLength(); break;
                case 1: userStateLength = reader.ReadLength(); break;
                default: join = reader.ReadBoolean(); break;
            }
        }

        if (nodes > WireLimits.MaxPushPullNodes || userStateLength > WireLimits.MaxStreamBody) reader.Fail(DecodeError.TooLarge);
        return new PushPullHeader(nodes, userStateLength, join);
    }

    public static UserMessage ReadUserMessage(ref MessagePackReader reader)
    {
        var header = ReadUserHeader(ref reader);
        return new UserMessage(ByteString.CopyOf(reader.Take((uint)header.Length)));
    }

    /// <summary>The header, its length within bounds.</summary>
    public static UserMessageHeader ReadUserHeader(ref MessagePackReader reader)
    {
        var length = 0;
        var cursor = reader.BeginStruct();
        while (reader.NextField(UserFields, ref cursor, out _)) length = reader.ReadLength();
        if (length > WireLimits.MaxStreamBody) reader.Fail(DecodeError.TooLarge);
        return new UserMessageHeader(length);
    }

    public static ErrorReply ReadErrorReply(ref MessagePackReader reader)
    {
        var error = "";
        var cursor = reader.BeginStruct();
        while (reader.NextField(ErrorFields, ref cursor, out _)) error = reader.ReadString();
        return new ErrorReply(error);
    }

    public static void Write(PushPull pushPull, ref MessagePackWriter writer)
    {
        writer.WriteMapHeader(3);
        writer.WriteField("Join"u8);
        writer.WriteBoolean(pushPull.Join);
        writer.WriteField("Nodes"u8);
        writer.WriteUnsigned((ulong)pushPull.Nodes.Length);
        writer.WriteField("UserStateLen"u8);
        writer.WriteUnsigned((ulong)pushPull.UserState.Length);
        foreach (var node in pushPull.Nodes) WriteNode(node, ref writer);
        writer.WriteVerbatim(pushPull.UserState.Span);
    }

    /// <summary>Writes a user message as streams carry it, its length before it.</summary>
    public static void WriteUserMessage(UserMessage message, ref MessagePackWriter writer)
    {
        writer.WriteMapHeader(1);
        writer.WriteField("UserMsgLen"u8);
        writer.WriteUnsigned((ulong)message.Payload.Length);
        writer.WriteVerbatim(message.Payload.Span);
    }

    public static void Write(ErrorReply reply, ref MessagePackWriter writer)
    {
        writer.WriteMapHeader(1);
        writer.WriteField("Error"u8);
        writer.WriteString(reply.Error);
    }

    private static PushNodeState ReadNode(ref MessagePackReader reader)
    {
        var (name, address, port, meta) = ("", default(NodeAddress), (ushort)0, ByteString.Empty);
        var (incarnation, state, versions) = (0u, SwimState.Alive, default(ProtocolVersions));
        var cursor = reader.BeginStruct();
        while (reader.NextField(NodeFields, ref cursor, out var field))
        {
            switch (field)
            {
                case 0: name = reader.ReadString(); break;
                case 1: address = reader.ReadIP(); break;
                case 2: port = reader.ReadUInt16(); break;
                case 3: meta = reader.ReadByteString(); break;
                case 4: incarnation = reader.ReadUInt32(); break;
                case 5: state = (SwimState)reader.ReadUInt8(); break;
                default: versions = reader.ReadVersions(); break;
            }
        }

        return new PushNodeState(name, address.WithPort(port), meta, incarnation, state, versions);
    }

    private static void WriteNode(in PushNodeState node, ref MessagePackWriter writer)
    {
        writer.WriteMapHeader(7);
        writer.WriteField("Addr"u8);
        writer.WriteIP(node.Address);
        writer.WriteField("Incarnation"u8);
        writer.WriteUnsigned(node.Incarnation);
        writer.WriteField("Meta"u8);
        writer.WriteBytes(node.Meta.Span);
        writer.WriteField("Name"u8);
        writer.WriteString(node.Name);
        writer.WriteField("Port"u8);
        writer.WriteUnsigned(node.Address.Port);
        writer.WriteField("State"u8);
        writer.WriteUnsigned((ulong)node.State);
        writer.WriteField("Vsn"u8);
        writer.WriteVersions(node.Versions);
    }
}
