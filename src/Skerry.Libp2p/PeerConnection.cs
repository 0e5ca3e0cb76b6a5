namespace Skerry.Libp2p;

/// <summary>One connection to a peer, at one moment.</summary>
/// <param name="Id">Which one: no other connection of this host bears it.</param>
/// <param name="Peer">Who is at the other end: proved.</param>
/// <param name="Address">Where it is.</param>
/// <param name="IsDialler">Whether this node dialled.</param>
/// <param name="Security">What protects it: <c>/noise</c> or <c>/tls/1.0.0</c>.</param>
/// <param name="RoundTrip">The last measured round trip; zero before the first.</param>
public sealed record PeerConnection(long Id, PeerId Peer, Multiaddr Address, bool IsDialler, string Security, TimeSpan RoundTrip)
{
    /// <summary>Whether a relay carries it.</summary>
    public bool IsRelayed => Address.IsCircuit;
}
