using System.Buffers.Binary;

namespace Skerry.Agent.Adapters;

/// <summary>Messages between bridges of groups, each behind its length in four bytes, most significant first.</summary>
internal static class WideFrame
{
    /// <summary>The longest message, bytes: <see cref="Replication.IReplicationTransport"/>'s bound.</summary>
    public const int MaxLength = 20 << 20;

    public static byte[] Of(ReadOnlyMemory<byte> message)
    {
        var framed = new byte[4 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(framed, message.Length);
        message.CopyTo(framed.AsMemory(4));
        return framed;
    }

    /// <summary>The next message; null when the stream has ended, or says what is none. Memory is taken as the bytes come, and not for what is only announced.</summary>
    /// <exception cref="IOException">The stream broke, or ended in the middle of a message.</exception>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(Stream stream, CancellationToken cancel)
    {
        var head = new byte[4];
        if (await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel) < head.Length) return null;
        var left = BinaryPrimitives.ReadInt32BigEndian(head);
        if (left is < 0 or > MaxLength) return null;
        using var message = new MemoryStream();
        var buffer = new byte[Math.Min(left, 64 << 10)];
        while (left > 0)
        {
            var count = await stream.ReadAsync(buffer.AsMemory(0, Math.Min(buffer.Length, left)), cancel);
            if (count == 0) throw new EndOfStreamException("The peer ended the stream in the middle of a message.");
            message.Write(buffer, 0, count);
            left -= count;
        }

        return message.GetBuffer().AsMemory(0, (int)message.Length);
    }
}
