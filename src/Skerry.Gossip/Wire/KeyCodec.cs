using System.Collections.Immutable;

using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Wire;

/// <summary>
/// Bodies of the key queries' payloads. Fields in declaration order.
/// <code>
/// keyRequest   Key bytes
/// keyResponse  Result bool, Message str, Keys list(str), PrimaryKey str
/// </code>
/// </summary>
internal static class KeyCodec
{
    private static readonly FieldTable RequestFields = new("Key");

    private static readonly FieldTable ResponseFields = new("Result", "Message", "Keys", "PrimaryKey");

    public static KeyRequest ReadRequest(ref MessagePackReader reader)
    {
        var key = ByteString.Empty;
        var cursor = reader.BeginStruct();
        while (reader.NextField(RequestFields, ref cursor, out _)) key = reader.ReadByteString();
        return new KeyRequest(key);
    }

    public static KeyResponse ReadResponse(ref MessagePackReader reader)
    {
        var (result, message, keys, primary) = (false, "", ImmutableArray<string>.Empty, "");
        var cursor = reader.BeginStruct();
        while (reader.NextField(ResponseFields, ref cursor, out var field))
        {
            switch (field)
            {
                case 0: result = reader.ReadBoolean(); break;
                case 1: message = reader.ReadString(); break;
                case 2: keys = SerfStateCodec.ReadStrings(ref reader); break;
                default: primary = reader.ReadString(); break;
            }
        }

        return new KeyResponse(result, message, keys, primary);
    }

    public static void Write(KeyRequest request, ref MessagePackWriter writer)
    {
        writer.WriteMapHeader(1);
        writer.WriteField("Key"u8);

        // Listing asks with an empty key where other empty bytes are nil.
        writer.WriteRawHeader(request.Key.Length);
        writer.WriteVerbatim(request.Key.Span);
    }

    public static void Write(KeyResponse response, ref MessagePackWriter writer)
    {
        writer.WriteMapHeader(4);
        writer.WriteField("Keys"u8);
        if (response.Keys.IsEmpty) writer.WriteNil();
        else SerfStateCodec.WriteStrings(response.Keys, ref writer);
        writer.WriteField("Message"u8);
        writer.WriteString(response.Message);
        writer.WriteField("PrimaryKey"u8);
        writer.WriteString(response.PrimaryKey);
        writer.WriteField("Result"u8);
        writer.WriteBoolean(response.Result);
    }
}
