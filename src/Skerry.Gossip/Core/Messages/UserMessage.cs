namespace Skerry.Gossip.Core.Messages;

/// <summary>A message of the layer above, Serf's or Skerry's own, kept as it came: it is gossiped on byte for byte.</summary>
/// <param name="Payload">An encoded <see cref="SerfMessage"/>: its type byte and its body.</param>
internal sealed record UserMessage(ByteString Payload) : GossipMessage
{
    public override GossipMessageType Type => GossipMessageType.User;
}
