using System.Buffers.Binary;

using Google.Protobuf;

using Skerry.Tunnel.Wire;

namespace Skerry.Tunnel.Driver;

/// <summary>Messages on a stream, each with two bytes of length before it.</summary>
internal static class MessageStream
{
    public static ValueTask SendMessageAsync(this Stream stream, IMessage message, CancellationToken cancel)
    {
        var length = message.CalculateSize();
        var bytes = new byte[2 + length];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, checked((ushort)length));
        message.WriteTo(bytes.AsSpan(2));
        return stream.WriteAsync(bytes, cancel);
    }

    /// <exception cref="TunnelException">The peer sends something else, or nothing more.</exception>
    public static async Task<T> ReceiveMessageAsync<T>(this Stream stream, MessageParser<T> parser, CancellationToken cancel)
        where T : class, IMessage<T>
    {
        try
        {
            var head = new byte[2];
            await stream.ReadExactlyAsync(head, cancel).ConfigureAwait(false);
            var length = BinaryPrimitives.ReadUInt16BigEndian(head);
            if (length > Messages.MaxLength) throw new TunnelException($"The peer announces a message of {length} bytes; {Messages.MaxLength} are allowed.");
            var bytes = new byte[length];
            await stream.ReadExactlyAsync(bytes, cancel).ConfigureAwait(false);
            return Messages.TryParse(parser, bytes, out var message) ? message : throw new TunnelException("The peer sends what is no message of this protocol.");
        }
        catch (EndOfStreamException ended)
        {
            throw new TunnelException("The peer ended the stream in the middle of a message.", ended);
        }
    }
}
