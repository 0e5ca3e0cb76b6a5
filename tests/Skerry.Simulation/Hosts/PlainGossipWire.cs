using System.Runtime.InteropServices;

using Skerry.Gossip.Core;
using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;
using Skerry.Primitives;

namespace Skerry.Simulation;

/// <summary>
/// Hands messages over without the layers around them: for groups so large that encoding a full state for each exchange would be all
/// that a run does. Rumours are bytes inside the core already; each is decoded once, however many nodes it reaches.
/// </summary>
internal sealed class PlainGossipWire : IGossipWire
{
    private const int CacheLimit = 1 << 16;

    /// <summary>What the head, an address, versions and the field names take of an entry; the rest is the name and the tags.</summary>
    private const int PushNodeSize = 80;

    private readonly Dictionary<ByteString, GossipMessage> _decoded = [];

    /// <inheritdoc/>
    public object Encode(SendPacket send, out int size)
    {
        size = send.Checksum ? PacketEncoder.ChecksumOverhead : 0;
        if (send.Parts.Length > 1) size += PacketEncoder.CompoundOverhead + (PacketEncoder.PartOverhead * send.Parts.Length);
        foreach (var part in send.Parts) size += part.Length;
        return send;
    }

    /// <inheritdoc/>
    public void Decode(object payload, List<GossipMessage> messages)
    {
        foreach (var part in ((SendPacket)payload).Parts) messages.Add(Decode(part));
    }

    /// <inheritdoc/>
    public object EncodeStream(GossipMessage message, out int size)
    {
        size = message is PushPull push ? push.UserState.Length + (push.Nodes.Length * PushNodeSize) : 64;
        return message;
    }

    /// <inheritdoc/>
    public GossipMessage DecodeStream(object payload) => (GossipMessage)payload;

    /// <inheritdoc/>
    public string Describe(object payload) => payload is SendPacket send
        ? string.Join(" | ", send.Parts.Select(part => GossipWords.Of(Decode(part))))
        : GossipWords.Of((GossipMessage)payload);

    private GossipMessage Decode(ReadOnlyMemory<byte> part)
    {
        // Probes are all different; only rumours repeat.
        var isRumour = (GossipMessageType)part.Span[0] is GossipMessageType.Alive or GossipMessageType.Suspect or GossipMessageType.Dead or GossipMessageType.User;
        var isWhole = MemoryMarshal.TryGetArray(part, out var segment) && segment.Count == segment.Array!.Length;
        var key = isRumour && isWhole ? ByteString.Own(segment.Array!) : default;
        if (!key.IsEmpty && _decoded.TryGetValue(key, out var known)) return known;
        Invariant.That(GossipCodec.TryDecode(part.Span, out var message, out _));
        if (key.IsEmpty) return message;
        if (_decoded.Count >= CacheLimit) _decoded.Clear();
        _decoded.Add(key, message);
        return message;
    }
}
