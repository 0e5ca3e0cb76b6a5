namespace Skerry.Libp2p.Core.Kademlia;

/// <summary>A node that a search may ask.</summary>
/// <param name="peer">Who and where.</param>
/// <param name="distance">How far from what is searched.</param>
internal sealed class LookupCandidate(PeerAddresses peer, KadKey distance)
{
    /// <summary>The closest first.</summary>
    public static readonly IComparer<LookupCandidate> ByDistance = Comparer<LookupCandidate>.Create((left, right) => left.Distance.CompareTo(right.Distance));

    public PeerAddresses Peer => peer;

    public KadKey Distance => distance;

    public LookupStep Step { get; set; }
}
