namespace Skerry.Gossip.Core.Messages;

/// <summary>Asks the receiver to pass a message on, in case the sender cannot reach the destination itself.</summary>
/// <param name="Destination">Where to.</param>
/// <param name="DestinationName">Who listens there.</param>
/// <param name="Inner">What to send there as a user message, unchanged: its type byte and its body.</param>
internal sealed record Relay(NodeAddress Destination, string DestinationName, ByteString Inner) : SerfMessage
{
    public override SerfMessageType Type => SerfMessageType.Relay;
}
