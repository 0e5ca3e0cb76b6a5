namespace Skerry.Gossip.Core.Messages;

/// <summary>The helper of an indirect ping heard nothing, but is itself well and reachable.</summary>
/// <param name="Sequence">Of the indirect ping it answers.</param>
internal sealed record Nack(uint Sequence) : GossipMessage
{
    public override GossipMessageType Type => GossipMessageType.Nack;
}
