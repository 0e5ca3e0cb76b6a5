using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Wire;

/// <summary>
/// Puts a message on a TCP stream: the message, compressed when that is shorter, then, with keys, <c>0A</c>, a 4-byte length and the
/// encrypted rest. To be written in one write.
/// </summary>
internal static class StreamEncoder
{
    /// <summary>Type and length before an encrypted stream: they are covered by the tag too.</summary>
    public const int EncryptedHeaderSize = 5;

    private const int TypicalSize = 1024;

    /// <summary>The bytes of a message for a stream.</summary>
    /// <returns>False when it is larger than peers take: <see cref="DecodeError.TooLarge"/> is what they would say.</returns>
    public static bool TryEncode(GossipMessage message, Keyring ring, bool compress, [NotNullWhen(true)] out byte[]? stream)
    {
        stream = null;
        var writer = new MessagePackWriter(stackalloc byte[TypicalSize]);
        try
        {
            Write(message, ref writer);
            if (writer.Length > WireLimits.MaxStreamMessage || BodyOf(message) > WireLimits.MaxStreamBody) return false;
            return compress ? TryCompress(writer.Written, ring, out stream) : TryEncrypt(writer.Written, ring, out stream);
        }
        finally
        {
            writer.Dispose();
        }
    }

    private static void Write(GossipMessage message, ref MessagePackWriter writer)
    {
        if (message is UserMessage user)
        {
            writer.WriteByte((byte)GossipMessageType.User);
            PushPullCodec.WriteUserMessage(user, ref writer);
        }
        else
        {
            GossipCodec.Write(message, ref writer);
        }
    }

    private static int BodyOf(GossipMessage message) => message switch
    {
        UserMessage user => user.Payload.Length,
        PushPull pushPull => pushPull.UserState.Length,
        _ => 0,
    };

    private static bool TryCompress(ReadOnlySpan<byte> clear, Keyring ring, [NotNullWhen(true)] out byte[]? stream)
    {
        var room = clear.Length + CompressedFrame.MaxHeaderSize;
        var compressed = ArrayPool<byte>.Shared.Rent(room);
        try
        {
            var shorter = CompressedFrame.TryWrite(clear, compressed.AsSpan(0, room), out var length) && length < clear.Length;
            return TryEncrypt(shorter ? compressed.AsSpan(0, length) : clear, ring, out stream);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(compressed);
        }
    }

    /// <summary>Encrypts when there are keys.</summary>
    private static bool TryEncrypt(ReadOnlySpan<byte> clear, Keyring ring, [NotNullWhen(true)] out byte[]? stream)
    {
        if (ring.IsEmpty)
        {
            stream = clear.ToArray();
            return true;
        }

        stream = null;
        var length = clear.Length + GossipCipher.Overhead;
        if (length > WireLimits.MaxStreamBody) return false;
        stream = new byte[EncryptedHeaderSize + length];
        stream[0] = (byte)GossipMessageType.Encrypt;
        BinaryPrimitives.WriteUInt32BigEndian(stream.AsSpan(1), (uint)length);
        var frame = stream.AsSpan(EncryptedHeaderSize);
        clear.CopyTo(frame[GossipCipher.HeaderSize..]);
        using var cipher = new GossipCipher();
        cipher.Seal(ring, frame, associated: stream.AsSpan(0, EncryptedHeaderSize));
        return true;
    }
}
