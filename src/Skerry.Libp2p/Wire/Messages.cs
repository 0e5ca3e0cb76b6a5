using System.Diagnostics.CodeAnalysis;

using Google.Protobuf;

namespace Skerry.Libp2p.Wire;

/// <summary>Protobuf messages from strangers: taken or refused, never thrown about.</summary>
internal static class Messages
{
    /// <summary>Reads one message that fills the bytes.</summary>
    public static bool TryParse<T>(MessageParser<T> parser, ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out T? message)
        where T : class, IMessage<T>
    {
        try
        {
            message = parser.ParseFrom(bytes);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            message = null;
            return false;
        }
    }
}
