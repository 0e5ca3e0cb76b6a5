namespace Skerry.Gossip.Core.Messages;

/// <summary>A node did not answer its probe.</summary>
/// <param name="Incarnation">Of the node, as the accuser knows it.</param>
/// <param name="Node">Who is suspected.</param>
/// <param name="From">Who accuses.</param>
internal sealed record Suspect(uint Incarnation, string Node, string From) : GossipMessage
{
    public override GossipMessageType Type => GossipMessageType.Suspect;
}
