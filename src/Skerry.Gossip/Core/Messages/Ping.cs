namespace Skerry.Gossip.Core.Messages;

/// <summary>Asks <paramref name="Node"/> for a sign of life; over UDP, and over TCP as the fallback.</summary>
/// <param name="Sequence">What the ack answers with.</param>
/// <param name="Node">Who is meant: another node that has taken the address over stays silent. Empty: whoever is there.</param>
/// <param name="Source">Where the ack goes; without an IP or with port 0, to where the ping came from.</param>
/// <param name="SourceNode">Who asks; empty from old peers.</param>
internal sealed record Ping(uint Sequence, string Node, NodeAddress Source, string SourceNode) : GossipMessage
{
    public override GossipMessageType Type => GossipMessageType.Ping;
}
