namespace Skerry.Gossip.Core.Messages;

/// <summary>A sign of life.</summary>
/// <param name="Sequence">Of the ping it answers.</param>
/// <param name="Payload">A coordinate on a direct UDP ack, else empty.</param>
internal sealed record Ack(uint Sequence, ByteString Payload) : GossipMessage
{
    public override GossipMessageType Type => GossipMessageType.Ack;
}
