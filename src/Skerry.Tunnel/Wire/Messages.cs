using System.Diagnostics.CodeAnalysis;

using Google.Protobuf;

namespace Skerry.Tunnel.Wire;

/// <summary>Reads messages of others without ever throwing.</summary>
internal static class Messages
{
    /// <summary>The longest taken in, bytes.</summary>
    public const int MaxLength = 8 << 10;

    /// <returns>False when the bytes are no such message.</returns>
    public static bool TryParse<T>(MessageParser<T> parser, byte[] bytes, [NotNullWhen(true)] out T? message)
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
