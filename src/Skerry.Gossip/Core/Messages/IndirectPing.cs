namespace Skerry.Gossip.Core.Messages;

/// <summary>Asks a third node to ping <paramref name="Node"/> in the sender's stead.</summary>
/// <param name="Sequence">What the forwarded ack, or the nack, answers with.</param>
/// <param name="Target">Where <paramref name="Node"/> listens; port 0: the helper's own configured port.</param>
/// <param name="Node">Who is to be pinged.</param>
/// <param name="Nack">Whether a nack is wanted when no ack came in time.</param>
/// <param name="Source">Where the answer goes; without an IP or with port 0, to where the request came from.</param>
/// <param name="SourceNode">Who asks; empty from old peers.</param>
internal sealed record IndirectPing(uint Sequence, NodeAddress Target, string Node, bool Nack, NodeAddress Source, string SourceNode) : GossipMessage
{
    public override GossipMessageType Type => GossipMessageType.IndirectPing;
}
