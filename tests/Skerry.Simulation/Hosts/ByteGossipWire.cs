using System.Diagnostics.CodeAnalysis;

using Skerry.Gossip.Core;
using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;
using Skerry.Primitives;

namespace Skerry.Simulation;

/// <summary>
/// All layers of the product's wire, but for encryption: its nonces are random, and runs must replay. Whatever the product has encoded it
/// must be able to decode.
/// </summary>
/// <param name="compresses">Whether packets and streams are compressed.</param>
[SuppressMessage("Reliability", "CA1001", Justification = "Without keys the codecs hold nothing but memory.")]
internal sealed class ByteGossipWire(bool compresses) : IGossipWire
{
    private readonly PacketEncoder _encoder = new();
    private readonly PacketDecoder _decoder = new();
    private readonly byte[] _buffer = new byte[WireLimits.MaxPacket];

    /// <inheritdoc/>
    public object Encode(SendPacket send, out int size)
    {
        var options = new PacketOptions(Keyring.Empty, compresses, send.Checksum);
        Invariant.That(_encoder.TryEncode(send.Parts.AsSpan(), options, _buffer, out size));
        return _buffer.AsSpan(0, size).ToArray();
    }

    /// <inheritdoc/>
    public void Decode(object payload, List<GossipMessage> messages)
    {
        Invariant.That(_decoder.TryDecode((byte[])payload, Keyring.Empty, out _) && _decoder.LostParts == 0);
        foreach (var part in _decoder.Parts)
        {
            Invariant.That(GossipCodec.TryDecode(part.Span, out var message, out _));
            messages.Add(message);
        }
    }

    /// <inheritdoc/>
    public object EncodeStream(GossipMessage message, out int size)
    {
        Invariant.That(StreamEncoder.TryEncode(message, Keyring.Empty, compresses, out var stream));
        size = stream.Length;
        return stream;
    }

    /// <inheritdoc/>
    public GossipMessage DecodeStream(object payload)
    {
        var decoder = new StreamDecoder(Keyring.Empty);
        Invariant.That(decoder.Advance((byte[])payload) == StreamStatus.Complete);
        return decoder.Message!;
    }

    /// <inheritdoc/>
    public string Describe(object payload)
    {
        var messages = new List<GossipMessage>();
        var bytes = (byte[])payload;
        using var decoder = new PacketDecoder();
        if (bytes[0] == (byte)GossipMessageType.PushPull || !decoder.TryDecode(bytes, Keyring.Empty, out _)) return GossipWords.Of(DecodeStream(payload));
        foreach (var part in decoder.Parts)
        {
            if (!GossipCodec.TryDecode(part.Span, out var message, out _)) return GossipWords.Of(DecodeStream(payload));
            messages.Add(message);
        }

        return string.Join(" | ", messages.Select(GossipWords.Of));
    }
}
