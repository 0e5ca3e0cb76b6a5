namespace Skerry.Libp2p.Core.Kademlia;

/// <summary>One thing to do.</summary>
/// <param name="Kind">What.</param>
/// <param name="Number">Of the request or the query.</param>
/// <param name="Peer">With whom, or who was found.</param>
/// <param name="Message">What to say.</param>
/// <param name="Reason">Why not.</param>
/// <param name="Count">How many.</param>
internal sealed record KadOutput(KadOutputKind Kind, long Number, PeerAddresses? Peer = null, KadMessage? Message = null, string? Reason = null, int Count = 0);
