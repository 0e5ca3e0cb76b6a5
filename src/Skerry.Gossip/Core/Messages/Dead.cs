namespace Skerry.Gossip.Core.Messages;

/// <summary>A node is gone: failed, or left when it says so itself.</summary>
/// <param name="Incarnation">Of the node, as the accuser knows it.</param>
/// <param name="Node">Who is gone.</param>
/// <param name="From">Who says so; the node itself when it leaves gracefully.</param>
internal sealed record Dead(uint Incarnation, string Node, string From) : GossipMessage
{
    public override GossipMessageType Type => GossipMessageType.Dead;
}
