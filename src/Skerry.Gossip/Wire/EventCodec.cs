using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Wire;

/// <summary>
/// Body of a user event. Fields in declaration order.
/// <code>
/// userEvent  LTime u64, Name str, Payload bytes, CC bool
/// </code>
/// </summary>
internal static class EventCodec
{
    private static readonly FieldTable Fields = new("LTime", "Name", "Payload", "CC");

    public static UserEvent Read(ref MessagePackReader reader)
    {
        var (time, name, payload, coalesce) = (0ul, "", ByteString.Empty, false);
        var cursor = reader.BeginStruct();
        while (reader.NextField(Fields, ref cursor, out var field))
        {
            switch (field)
            {
                case 0: time = reader.ReadUInt64(); break;
                case 1: name = reader.ReadString(); break;
                case 2: payload = reader.ReadByteString(); break;
                default: coalesce = reader.ReadBoolean(); break;
            }
        }

        return new UserEvent(time, name, payload, coalesce);
    }

    public static void Write(UserEvent userEvent, ref MessagePackWriter writer)
    {
        writer.WriteMapHeader(4);
        writer.WriteField("CC"u8);
        writer.WriteBoolean(userEvent.Coalesce);
        writer.WriteField("LTime"u8);
        writer.WriteUnsigned(userEvent.LTime);
        writer.WriteField("Name"u8);
        writer.WriteString(userEvent.Name);
        writer.WriteField("Payload"u8);
        writer.WriteBytes(userEvent.Payload.Span);
    }
}
