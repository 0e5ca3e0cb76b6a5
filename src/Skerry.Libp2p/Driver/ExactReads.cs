using Skerry.Libp2p.Wire;

namespace Skerry.Libp2p.Driver;

/// <summary>Reads of what has a length before it, and not a byte more: what follows belongs to the next layer.</summary>
internal static class ExactReads
{
    /// <summary>Reads bytes with a varint length before them.</summary>
    /// <exception cref="Libp2pException">The length is none, or above the limit; or the channel ends first.</exception>
    public static async ValueTask<byte[]> ReadPrefixedAsync(this Stream channel, int limit, CancellationToken cancel)
    {
        return await channel.ReadPrefixedOrEndAsync(limit, cancel).ConfigureAwait(false) ?? throw new Libp2pException("The peer ended the connection in the middle of a message.");
    }

    /// <summary>Reads bytes with a varint length before them; null when the channel has ended instead.</summary>
    /// <exception cref="Libp2pException">The length is none, or above the limit; or the channel ends in the middle.</exception>
    public static async ValueTask<byte[]?> ReadPrefixedOrEndAsync(this Stream channel, int limit, CancellationToken cancel)
    {
        var head = new byte[VarInt.MaxLength];
        for (var read = 0; ;)
        {
            var count = await channel.ReadAsync(head.AsMemory(read, 1), cancel).ConfigureAwait(false);
            if (count == 0) return read == 0 ? null : throw new Libp2pException("The peer ended the connection in the middle of a message.");
            read++;
            if (VarInt.TryRead(head.AsSpan(0, read), out var length, out var taken)) return await channel.ReadBodyAsync(length, limit, cancel).ConfigureAwait(false);
            if (taken < 0) throw new Libp2pException("The peer sends a length that is none.");
        }
    }

    /// <summary>Writes bytes with their length before them.</summary>
    public static ValueTask WritePrefixedAsync(this Stream channel, ReadOnlySpan<byte> message, CancellationToken cancel)
    {
        var bytes = new byte[VarInt.LengthOf((ulong)message.Length) + message.Length];
        message.CopyTo(bytes.AsSpan(VarInt.Write(bytes, (ulong)message.Length)));
        return channel.WriteAsync(bytes, cancel);
    }

    private static async ValueTask<byte[]> ReadBodyAsync(this Stream channel, ulong length, int limit, CancellationToken cancel)
    {
        if (length > (ulong)limit) throw new Libp2pException($"The peer announces a message of {length} bytes; {limit} are allowed.");
        var message = new byte[(int)length];
        await channel.ReadWholeAsync(message, cancel).ConfigureAwait(false);
        return message;
    }

    /// <summary>Fills the buffer.</summary>
    public static async ValueTask ReadWholeAsync(this Stream channel, Memory<byte> buffer, CancellationToken cancel)
    {
        try
        {
            await channel.ReadExactlyAsync(buffer, cancel).ConfigureAwait(false);
        }
        catch (EndOfStreamException ended)
        {
            throw new Libp2pException("The peer ended the connection in the middle of a message.", ended);
        }
    }
}
