using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Wire;

/// <summary>
/// Body of the answer to <c>_serf_conflict</c>: a member, or nil. Fields in declaration order.
/// <code>
/// Member  Name str, Addr bytes, Port u16, Tags map(str to str), Status int,
///         ProtocolMin u8, ProtocolMax u8, ProtocolCur u8, DelegateMin u8, DelegateMax u8, DelegateCur u8
/// </code>
/// </summary>
internal static class ConflictCodec
{
    private static readonly FieldTable Fields = new(
        "Name", "Addr", "Port", "Tags", "Status", "ProtocolMin", "ProtocolMax", "ProtocolCur", "DelegateMin", "DelegateMax", "DelegateCur");

    public static ConflictResponse Read(ref MessagePackReader reader)
    {
        var cursor = reader.BeginStruct();
        return cursor.Count == 0 ? new ConflictResponse(null) : new ConflictResponse(ReadMember(ref reader, cursor));
    }

    public static void Write(ConflictResponse response, ref MessagePackWriter writer)
    {
        if (response.Member is not { } member)
        {
            writer.WriteNil();
            return;
        }

        writer.WriteMapHeader(11);
        writer.WriteField("Addr"u8);
        writer.WriteIP(member.Address);
        writer.WriteField("DelegateCur"u8);
        writer.WriteUnsigned(member.Versions.DelegateCurrent);
        writer.WriteField("DelegateMax"u8);
        writer.WriteUnsigned(member.Versions.DelegateMax);
        writer.WriteField("DelegateMin"u8);
        writer.WriteUnsigned(member.Versions.DelegateMin);
        writer.WriteField("Name"u8);
        writer.WriteString(member.Name);
        writer.WriteField("Port"u8);
        writer.WriteUnsigned(member.Address.Port);
        writer.WriteField("ProtocolCur"u8);
        writer.WriteUnsigned(member.Versions.ProtocolCurrent);
        writer.WriteField("ProtocolMax"u8);
        writer.WriteUnsigned(member.Versions.ProtocolMax);
        writer.WriteField("ProtocolMin"u8);
        writer.WriteUnsigned(member.Versions.ProtocolMin);
        writer.WriteField("Status"u8);
        writer.WriteSigned((int)member.Status);
        writer.WriteField("Tags"u8);
        TagsCodec.Write(member.Tags, ref writer);
    }

    private static ConflictMember ReadMember(ref MessagePackReader reader, StructCursor cursor)
    {
        var (name, address, port, status) = ("", default(NodeAddress), (ushort)0, MemberStatus.None);
        var tags = TagsCodec.NoTags;
        Span<byte> versions = stackalloc byte[ProtocolVersions.FullLength];
        versions.Clear();
        while (reader.NextField(Fields, ref cursor, out var field))
        {
            switch (field)
            {
                case 0: name = reader.ReadString(); break;
                case 1: address = reader.ReadIP(); break;
                case 2: port = reader.ReadUInt16(); break;
                case 3: tags = TagsCodec.Read(ref reader); break;
                case 4: status = (MemberStatus)reader.ReadLength(); break;
                default: versions[field - 5] = reader.ReadUInt8(); break;
            }
        }

        return new ConflictMember(name, address.WithPort(port), tags, status, new ProtocolVersions(versions));
    }
}
