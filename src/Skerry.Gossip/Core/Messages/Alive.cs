namespace Skerry.Gossip.Core.Messages;

/// <summary>A node says what it is: its own word, passed on by others unchanged.</summary>
/// <param name="Incarnation">Raised by the node itself alone; 1 at least.</param>
/// <param name="Node">Its name.</param>
/// <param name="Address">Where it listens; port 0: the receiver's own configured port.</param>
/// <param name="Meta">Its tags as Serf encodes them, at most 512 bytes.</param>
/// <param name="Versions">What it speaks.</param>
internal sealed record Alive(uint Incarnation, string Node, NodeAddress Address, ByteString Meta, ProtocolVersions Versions) : GossipMessage
{
    public override GossipMessageType Type => GossipMessageType.Alive;
}
