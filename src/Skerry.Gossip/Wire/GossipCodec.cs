using System.Diagnostics.CodeAnalysis;

using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Wire;

/// <summary>Memberlist's messages as they stand in a packet: the type byte, then the body.</summary>
internal static class GossipCodec
{
    private const int TypicalSize = 512;

    /// <summary>The bytes of a message, type byte first.</summary>
    public static byte[] Encode(GossipMessage message)
    {
        var writer = new MessagePackWriter(stackalloc byte[TypicalSize]);
        try
        {
            Write(message, ref writer);
            return writer.ToArray();
        }
        finally
        {
            writer.Dispose();
        }
    }

    /// <summary>Writes the bytes of a message, type byte first.</summary>
    /// <returns>False when <paramref name="destination"/> is too small.</returns>
    public static bool TryEncode(GossipMessage message, Span<byte> destination, out int written)
    {
        var writer = new MessagePackWriter(destination);
        try
        {
            Write(message, ref writer);
            written = writer.Length <= destination.Length ? writer.Length : 0;
            return writer.Length <= destination.Length;
        }
        finally
        {
            writer.Dispose();
        }
    }

    /// <summary>Reads a message of a UDP packet, after all layers around it were taken off.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> source, [NotNullWhen(true)] out GossipMessage? message, out DecodeError error)
    {
        message = null;
        if (source.IsEmpty)
        {
            error = DecodeError.Empty;
            return false;
        }

        var reader = new MessagePackReader(source[1..]);
        switch ((GossipMessageType)source[0])
        {
            case GossipMessageType.Ping:
                message = ProbeCodec.ReadPing(ref reader);
                break;
            case GossipMessageType.IndirectPing:
                message = ProbeCodec.ReadIndirectPing(ref reader);
                break;
            case GossipMessageType.Ack:
                message = ProbeCodec.ReadAck(ref reader);
                break;
            case GossipMessageType.Nack:
                message = ProbeCodec.ReadNack(ref reader);
                break;
            case GossipMessageType.Suspect:
                var (incarnation, node, from) = RumourCodec.ReadAccusation(ref reader);
                message = new Suspect(incarnation, node, from);
                break;
            case GossipMessageType.Dead:
                (incarnation, node, from) = RumourCodec.ReadAccusation(ref reader);
                message = new Dead(incarnation, node, from);
                break;
            case GossipMessageType.Alive:
                message = RumourCodec.ReadAlive(ref reader);
                break;
            case GossipMessageType.User:
                message = new UserMessage(ByteString.CopyOf(source[1..]));
                break;
            default:
                reader.Fail(IsKnown(source[0]) ? DecodeError.UnexpectedType : DecodeError.UnknownType);
                break;
        }

        return Finish(ref message, reader.Error, out error);
    }

    /// <summary>Reads a message of a TCP stream, complete and in clear.</summary>
    public static bool TryDecodeStreamed(ReadOnlySpan<byte> source, [NotNullWhen(true)] out GossipMessage? message, out DecodeError error)
    {
        message = null;
        if (source.IsEmpty)
        {
            error = DecodeError.Empty;
            return false;
        }

        var reader = new MessagePackReader(source[1..]);
        switch ((GossipMessageType)source[0])
        {
            case GossipMessageType.Ping:
                message = ProbeCodec.ReadPing(ref reader);
                break;
            case GossipMessageType.Ack:
                message = ProbeCodec.ReadAck(ref reader);
                break;
            case GossipMessageType.PushPull:
                message = PushPullCodec.Read(ref reader);
                break;
            case GossipMessageType.User:
                message = PushPullCodec.ReadUserMessage(ref reader);
                break;
            case GossipMessageType.Error:
                message = PushPullCodec.ReadErrorReply(ref reader);
                break;
            default:
                reader.Fail(IsKnown(source[0]) ? DecodeError.UnexpectedType : DecodeError.UnknownType);
                break;
        }

        return Finish(ref message, reader.Error, out error);
    }

    /// <summary>Whether a number is one of memberlist's.</summary>
    public static bool IsKnown(byte type) => type <= (byte)GossipMessageType.Error || type == (byte)GossipMessageType.Label;

    /// <summary>Writes a message as packets carry it; a push/pull as streams do.</summary>
    public static void Write(GossipMessage message, ref MessagePackWriter writer)
    {
        writer.WriteByte((byte)message.Type);
        switch (message)
        {
            case Ping ping:
                ProbeCodec.Write(ping, ref writer);
                break;
            case IndirectPing ping:
                ProbeCodec.Write(ping, ref writer);
                break;
            case Ack ack:
                ProbeCodec.Write(ack, ref writer);
                break;
            case Nack nack:
                ProbeCodec.Write(nack, ref writer);
                break;
            case Suspect suspect:
                RumourCodec.WriteAccusation(suspect.Incarnation, suspect.Node, suspect.From, ref writer);
                break;
            case Dead dead:
                RumourCodec.WriteAccusation(dead.Incarnation, dead.Node, dead.From, ref writer);
                break;
            case Alive alive:
                RumourCodec.Write(alive, ref writer);
                break;
            case UserMessage user:
                writer.WriteVerbatim(user.Payload.Span);
                break;
            case PushPull pushPull:
                PushPullCodec.Write(pushPull, ref writer);
                break;
            case ErrorReply reply:
                PushPullCodec.Write(reply, ref writer);
                break;
            default:
                throw new ArgumentException($"No encoding for {message.GetType().Name}.", nameof(message));
        }
    }

    private static bool Finish([NotNullWhen(true)] ref GossipMessage? message, DecodeError found, out DecodeError error)
    {
        error = found;
        if (error != DecodeError.None) message = null;
        return message is not null;
    }
}
