using System.Buffers.Binary;

using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Wire;

/// <summary>
/// Takes the layers off a UDP packet: encryption, checksum, compression, compound. What is left are messages, each a slice of the packet
/// or of this decoder's own buffers, good until the next packet. Not thread-safe: one for each receive loop.
/// </summary>
/// <param name="requireEncryption">Whether a packet that no key opens is dropped, when there are keys, or is tried as one in clear.</param>
internal sealed class PacketDecoder(bool requireEncryption = true) : IDisposable
{
    private readonly GossipCipher _cipher = new();
    private readonly List<ReadOnlyMemory<byte>> _parts = [];
    private byte[] _opened = [];
    private byte[] _inflated = [];
    private long[] _inflateTable = [];
    private int _inflatedLength;

    /// <summary>The messages of the last packet, in order.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Parts => _parts;

    /// <summary>Messages of the last packet's compounds that were cut off or could not be read.</summary>
    public int LostParts { get; private set; }

    /// <summary>Why the first of them was lost.</summary>
    public DecodeError LostReason { get; private set; }

    /// <summary>Takes a packet apart.</summary>
    /// <param name="packet">As received; the parts may refer to it.</param>
    /// <param name="ring">Empty: gossip is in clear.</param>
    /// <param name="error">Why the whole packet was refused.</param>
    /// <returns>False when nothing of it is to be used.</returns>
    public bool TryDecode(ReadOnlyMemory<byte> packet, Keyring ring, out DecodeError error)
    {
        _parts.Clear();
        (LostParts, LostReason, _inflatedLength) = (0, DecodeError.None, 0);
        error = Refusal(packet.Span);
        if (error == DecodeError.None && !ring.IsEmpty) error = Open(ref packet, ring);
        if (error == DecodeError.None) error = VerifyChecksum(ref packet);
        if (error == DecodeError.None) error = Unwrap(packet, nesting: 0);
        if (error == DecodeError.None) return true;
        _parts.Clear();
        return false;
    }

    public void Dispose() => _cipher.Dispose();

    private static DecodeError Refusal(ReadOnlySpan<byte> packet)
    {
        if (packet.IsEmpty) return DecodeError.Empty;
        if (packet.Length > WireLimits.MaxPacket) return DecodeError.TooLarge;
        return packet[0] == (byte)GossipMessageType.Label ? DecodeError.UnexpectedLabel : DecodeError.None;
    }

    private DecodeError Open(ref ReadOnlyMemory<byte> packet, Keyring ring)
    {
        if (_opened.Length == 0) _opened = new byte[WireLimits.MaxPacket];
        if (!_cipher.TryOpen(ring, packet.Span, associated: default, _opened, out var length, out var error))
        {
            return requireEncryption ? error : DecodeError.None;
        }

        packet = _opened.AsMemory(0, length);
        return length == 0 ? DecodeError.Empty : DecodeError.None;
    }

    private static DecodeError VerifyChecksum(ref ReadOnlyMemory<byte> packet)
    {
        var bytes = packet.Span;
        if (bytes[0] != (byte)GossipMessageType.Checksum) return DecodeError.None;
        if (bytes.Length <= PacketEncoder.ChecksumOverhead) return DecodeError.Truncated;
        packet = packet[PacketEncoder.ChecksumOverhead..];
        return BinaryPrimitives.ReadUInt32BigEndian(bytes[1..]) == Crc32.Compute(packet.Span) ? DecodeError.None : DecodeError.BadChecksum;
    }

    private DecodeError Unwrap(ReadOnlyMemory<byte> data, int nesting)
    {
        if (data.IsEmpty) return DecodeError.Empty;
        var type = (GossipMessageType)data.Span[0];
        if (type is not (GossipMessageType.Compress or GossipMessageType.Compound))
        {
            _parts.Add(data);
            return DecodeError.None;
        }

        if (nesting == WireLimits.MaxNesting) return DecodeError.TooDeep;
        return type == GossipMessageType.Compress ? Inflate(data, nesting) : Split(data, nesting);
    }

    private DecodeError Inflate(ReadOnlyMemory<byte> data, int nesting)
    {
        var compressed = CompressedFrame.Read(data.Span[1..], out var error);
        if (error != DecodeError.None) return error;
        if (_inflated.Length == 0) (_inflated, _inflateTable) = (new byte[WireLimits.MaxPacket], new long[LzwDecoder.TableSize]);

        // One buffer for all compressed parts of a packet: a compound of them cannot grow beyond one packet's bound either.
        var result = LzwDecoder.Decompress(compressed, _inflated.AsSpan(_inflatedLength), _inflateTable, out var length);
        if (result != LzwResult.Complete) return result == LzwResult.Corrupt ? DecodeError.CorruptCompression : DecodeError.TooLarge;
        var inflated = _inflated.AsMemory(_inflatedLength, length);
        _inflatedLength += length;
        return Unwrap(inflated, nesting + 1);
    }

    /// <summary>When the lengths are cut off, nothing can be used; when the bodies are, those that are whole.</summary>
    private DecodeError Split(ReadOnlyMemory<byte> data, int nesting)
    {
        var bytes = data.Span;
        if (bytes.Length < PacketEncoder.CompoundOverhead) return DecodeError.Truncated;
        var count = (int)bytes[1];
        var position = PacketEncoder.CompoundOverhead + (PacketEncoder.PartOverhead * count);
        if (bytes.Length < position) return DecodeError.Truncated;
        for (var i = 0; i < count; i++)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[(PacketEncoder.CompoundOverhead + (PacketEncoder.PartOverhead * i))..]);
            if (length > bytes.Length - position)
            {
                Lose(count - i, DecodeError.Truncated);
                break;
            }

            var error = Unwrap(data.Slice(position, length), nesting + 1);
            if (error != DecodeError.None) Lose(1, error);
            position += length;
        }

        return DecodeError.None;
    }

    private void Lose(int count, DecodeError reason)
    {
        if (LostParts == 0) LostReason = reason;
        LostParts += count;
    }
}
