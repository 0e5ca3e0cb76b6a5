using System.Buffers.Binary;

using Skerry.Gossip.Core.Messages;
using Skerry.Primitives;

namespace Skerry.Gossip.Wire;

/// <summary>
/// Puts encoded messages into a UDP packet: compound when there are several, then compression, checksum, encryption, each inside the next.
/// Everything happens in the caller's buffer but for the compression. Not thread-safe.
/// </summary>
/// <param name="nonces">Nonces that a simulation can replay; null: the system's.</param>
internal sealed class PacketEncoder(Prng? nonces = null) : IDisposable
{
    /// <summary>What a compound adds: its type and its count.</summary>
    public const int CompoundOverhead = 2;

    /// <summary>What a compound adds for each part: its length.</summary>
    public const int PartOverhead = 2;

    /// <summary>What a checksum adds. Memberlist does not count it against the packet's size.</summary>
    public const int ChecksumOverhead = 5;

    private const int TypicalPacket = 2048;

    private readonly GossipCipher _cipher = new(nonces);
    private byte[] _compressed = [];

    /// <summary>What encryption adds: to be left free when a packet is filled.</summary>
    public static int EncryptionOverhead(Keyring ring) => ring.IsEmpty ? 0 : GossipCipher.Overhead;

    /// <summary>Writes one packet with these parts, in order.</summary>
    /// <returns>False when there are no parts, more than 127, one longer than 65,535 bytes, or they do not fit.</returns>
    public bool TryEncode(ReadOnlySpan<ReadOnlyMemory<byte>> parts, in PacketOptions options, Span<byte> destination, out int written)
    {
        written = 0;
        var encrypted = !options.Keyring.IsEmpty;
        var before = (encrypted ? GossipCipher.HeaderSize : 0) + (options.Checksum ? ChecksumOverhead : 0);
        var after = encrypted ? GossipCipher.TagSize : 0;
        if (!TryMeasure(parts, out var length) || before + length + after > destination.Length) return false;

        var body = destination.Slice(before, length);
        WriteParts(parts, body);
        if (options.Compress) length = Compress(body);
        if (options.Checksum) WriteChecksum(destination.Slice(before - ChecksumOverhead, ChecksumOverhead + length));
        written = before + length + after;
        if (encrypted) _cipher.Seal(options.Keyring, destination[..written], associated: default);
        return true;
    }

    public void Dispose() => _cipher.Dispose();

    private static bool TryMeasure(ReadOnlySpan<ReadOnlyMemory<byte>> parts, out int length)
    {
        length = 0;
        if (parts.Length is 0 or > WireLimits.MaxPartsSent) return false;
        foreach (var part in parts)
        {
            if (part.Length > ushort.MaxValue) return false;
            length += part.Length;
        }

        if (parts.Length > 1) length += CompoundOverhead + (PartOverhead * parts.Length);
        return length > 0;
    }

    private static void WriteParts(ReadOnlySpan<ReadOnlyMemory<byte>> parts, Span<byte> body)
    {
        var position = 0;
        if (parts.Length > 1)
        {
            body[0] = (byte)GossipMessageType.Compound;
            body[1] = (byte)parts.Length;
            position = CompoundOverhead;
            foreach (var part in parts)
            {
                BinaryPrimitives.WriteUInt16BigEndian(body[position..], (ushort)part.Length);
                position += PartOverhead;
            }
        }

        foreach (var part in parts)
        {
            part.Span.CopyTo(body[position..]);
            position += part.Length;
        }
    }

    /// <summary>Replaces the body by its compressed form when that is shorter.</summary>
    /// <returns>How long the body is now.</returns>
    private int Compress(Span<byte> body)
    {
        var room = body.Length + CompressedFrame.MaxHeaderSize;
        if (_compressed.Length < room) _compressed = new byte[Math.Max(room, TypicalPacket)];
        if (!CompressedFrame.TryWrite(body, _compressed.AsSpan(0, room), out var length) || length >= body.Length) return body.Length;
        _compressed.AsSpan(0, length).CopyTo(body);
        return length;
    }

    private static void WriteChecksum(Span<byte> frame)
    {
        frame[0] = (byte)GossipMessageType.Checksum;
        BinaryPrimitives.WriteUInt32BigEndian(frame[1..], Crc32.Compute(frame[ChecksumOverhead..]));
    }
}
