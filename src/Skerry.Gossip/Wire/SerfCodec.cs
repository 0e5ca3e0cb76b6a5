using System.Diagnostics.CodeAnalysis;

using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Wire;

/// <summary>What a memberlist user message carries, Serf's messages and Skerry's own: the type byte, then the body.</summary>
internal static class SerfCodec
{
    private const int TypicalSize = 1024;

    /// <summary>The bytes of a message, type byte first: the payload of a <see cref="UserMessage"/>.</summary>
    public static ByteString Encode(SerfMessage message)
    {
        var writer = new MessagePackWriter(stackalloc byte[TypicalSize]);
        try
        {
            Write(message, ref writer);
            return ByteString.Own(writer.ToArray());
        }
        finally
        {
            writer.Dispose();
        }
    }

    /// <summary>Reads a message, type byte first.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> source, [NotNullWhen(true)] out SerfMessage? message, out DecodeError error)
    {
        message = null;
        if (source.IsEmpty)
        {
            error = DecodeError.Empty;
            return false;
        }

        var reader = new MessagePackReader(source[1..]);
        message = Read((SerfMessageType)source[0], ref reader);
        error = reader.Error;
        if (error != DecodeError.None) message = null;
        return message is not null;
    }

    private static SerfMessage? Read(SerfMessageType type, ref MessagePackReader reader)
    {
        switch (type)
        {
            case SerfMessageType.Leave: return IntentCodec.ReadLeave(ref reader);
            case SerfMessageType.Join: return IntentCodec.ReadJoin(ref reader);
            case SerfMessageType.PushPull: return SerfStateCodec.Read(ref reader);
            case SerfMessageType.UserEvent: return EventCodec.Read(ref reader);
            case SerfMessageType.Query: return QueryCodec.Read(ref reader);
            case SerfMessageType.QueryResponse: return QueryCodec.ReadResponse(ref reader);
            case SerfMessageType.ConflictResponse: return ConflictCodec.Read(ref reader);
            case SerfMessageType.KeyRequest: return KeyCodec.ReadRequest(ref reader);
            case SerfMessageType.KeyResponse: return KeyCodec.ReadResponse(ref reader);
            case SerfMessageType.Relay: return QueryCodec.ReadRelay(ref reader);
            case SerfMessageType.Application: return new ApplicationData(ByteString.CopyOf(reader.Take((uint)reader.Remaining)));
            default:
                reader.Fail(DecodeError.UnknownType);
                return null;
        }
    }

    private static void Write(SerfMessage message, ref MessagePackWriter writer)
    {
        writer.WriteByte((byte)message.Type);
        switch (message)
        {
            case JoinIntent join:
                IntentCodec.Write(join, ref writer);
                break;
            case LeaveIntent leave:
                IntentCodec.Write(leave, ref writer);
                break;
            case SerfState state:
                SerfStateCodec.Write(state, ref writer);
                break;
            case UserEvent userEvent:
                EventCodec.Write(userEvent, ref writer);
                break;
            case Query query:
                QueryCodec.Write(query, ref writer);
                break;
            case QueryResponse response:
                QueryCodec.Write(response, ref writer);
                break;
            case ConflictResponse response:
                ConflictCodec.Write(response, ref writer);
                break;
            case KeyRequest request:
                KeyCodec.Write(request, ref writer);
                break;
            case KeyResponse response:
                KeyCodec.Write(response, ref writer);
                break;
            case Relay relay:
                QueryCodec.Write(relay, ref writer);
                break;
            case ApplicationData data:
                writer.WriteVerbatim(data.Payload.Span);
                break;
            default:
                throw new ArgumentException($"No encoding for {message.GetType().Name}.", nameof(message));
        }
    }
}
