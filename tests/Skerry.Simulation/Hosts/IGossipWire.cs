using Skerry.Gossip.Core;
using Skerry.Gossip.Core.Messages;

namespace Skerry.Simulation;

/// <summary>How messages travel between hosts: as bytes, or as they are.</summary>
internal interface IGossipWire
{
    /// <summary>A packet for the network.</summary>
    /// <param name="send">What the core wants sent.</param>
    /// <param name="size">Its length on the wire, bytes.</param>
    object Encode(SendPacket send, out int size);

    /// <summary>Adds a packet's messages in order.</summary>
    void Decode(object payload, List<GossipMessage> messages);

    /// <summary>One side of an exchange.</summary>
    object EncodeStream(GossipMessage message, out int size);

    /// <summary>One side of an exchange.</summary>
    GossipMessage DecodeStream(object payload);

    /// <summary>A packet or one side of an exchange in a few words.</summary>
    string Describe(object payload);
}
