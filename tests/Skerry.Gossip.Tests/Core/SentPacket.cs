using Skerry.Gossip.Core;
using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;

namespace Skerry.Gossip.Tests.Core;

/// <summary>A packet that a core wanted sent, decoded.</summary>
/// <param name="To">Where.</param>
/// <param name="Messages">Its parts.</param>
/// <param name="Checksum">Whether the receiver is known to understand one.</param>
/// <param name="Length">Bytes on the wire, in clear and without a checksum.</param>
internal sealed record SentPacket(NodeAddress To, IReadOnlyList<GossipMessage> Messages, bool Checksum, int Length)
{
    public static SentPacket Of(SendPacket packet)
    {
        var messages = new List<GossipMessage>();
        var length = packet.Parts.Length > 1 ? 2 + (2 * packet.Parts.Length) : 0;
        foreach (var part in packet.Parts)
        {
            Assert.True(GossipCodec.TryDecode(part.Span, out var message, out var error), $"the core has encoded what cannot be read: {error}");
            messages.Add(message);
            length += part.Length;
        }

        return new SentPacket(packet.To, messages, packet.Checksum, length);
    }
}
