using System.Buffers;
using System.Net.Sockets;

using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;

namespace Skerry.Gossip.Driver;

/// <summary>Reads and writes one message of a TCP exchange; the structure says where it ends, never the end of the stream.</summary>
internal static class StreamExchange
{
    private const int FirstBuffer = 4096;

    /// <summary>Reads one message; an error when the bytes cannot become one or the other side closed too early.</summary>
    public static async Task<(GossipMessage? Message, DecodeError Error)> ReadAsync(Socket socket, Keyring ring, CancellationToken cancellation)
    {
        var decoder = new StreamDecoder(ring);
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        var received = 0;
        try
        {
            while (true)
            {
                // The decoder asks for what its checked headers declare; doubling keeps a liar from costing more than it sends.
                if (received == buffer.Length) buffer = Grow(buffer, received);
                var read = await socket.ReceiveAsync(buffer.AsMemory(received), cancellation);
                if (read == 0) return (null, DecodeError.Truncated);
                received += read;
                if (received < decoder.Needed) continue;
                switch (decoder.Advance(buffer.AsSpan(0, received)))
                {
                    case StreamStatus.Complete: return (decoder.Message, DecodeError.None);
                    case StreamStatus.Failed: return (null, decoder.Error);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Writes one message in one go; false when it is larger than peers take.</summary>
    public static async Task<bool> WriteAsync(Socket socket, GossipMessage message, Keyring ring, CancellationToken cancellation)
    {
        if (!StreamEncoder.TryEncode(message, ring, compress: true, out var bytes)) return false;
        for (var sent = 0; sent < bytes.Length;) sent += await socket.SendAsync(bytes.AsMemory(sent), cancellation);
        return true;
    }

    private static byte[] Grow(byte[] buffer, int used)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, used).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
