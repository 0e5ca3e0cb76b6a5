using System.Buffers;
using System.Net.Sockets;

using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;

namespace Skerry.Gossip.Driver;

/// <summary>Reads and writes one message of a TCP exchange; the structure says where it ends, never the end of the stream.</summary>
internal static class StreamExchange
{
    private const int FirstBuffer = 4096;

    /// <summary>Reads one message.</summary>
    /// <returns>No message when the bytes cannot become one (<see cref="DecodeError"/> says why) or none came before the other side closed (no error).</returns>
    public static async Task<(GossipMessage? Message, DecodeError Error)> ReadAsync(Socket socket, Keyring ring, StreamBudget budget, CancellationToken cancellation)
    {
        var decoder = new StreamDecoder(ring);
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        var (received, taken) = (0, 0);
        try
        {
            while (true)
            {
                if (received == buffer.Length)
                {
                    // Doubling, not what the headers declare: a liar costs no more than it sends.
                    if (!budget.TryTake(buffer.Length)) return (null, DecodeError.TooLarge);
                    taken += buffer.Length;
                    buffer = Grow(buffer);
                }

                var read = await socket.ReceiveAsync(buffer.AsMemory(received), cancellation);
                if (read == 0) return (null, received == 0 ? DecodeError.None : DecodeError.Truncated);
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
            budget.Return(taken);
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

    private static byte[] Grow(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan().CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
