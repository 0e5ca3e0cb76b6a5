using Skerry.Libp2p;

namespace Skerry.Tunnel.Claims;

/// <summary>What an authority has said of a node; its signature was checked.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Group">Its group.</param>
/// <param name="Peer">Its peer id.</param>
/// <param name="Issued">When it was said.</param>
/// <param name="NotBefore">It holds from then on.</param>
/// <param name="NotAfter">It holds until then.</param>
internal sealed record CredentialClaim(string Node, string Group, PeerId Peer, DateTimeOffset Issued, DateTimeOffset NotBefore, DateTimeOffset NotAfter)
{
    /// <summary>Clocks of two nodes may differ by so much.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(2);

    /// <summary>Whether it holds for who claims it.</summary>
    /// <param name="node">The name that is claimed.</param>
    /// <param name="group">The group that is claimed.</param>
    /// <param name="peer">Who claims it: proved.</param>
    /// <param name="revocations">What holds no more.</param>
    /// <param name="now">The time.</param>
    /// <returns>Null: it does.</returns>
    public ClaimRefusal? Judge(string node, string group, PeerId peer, RevocationList revocations, DateTimeOffset now)
    {
        if (Peer != peer) return ClaimRefusal.OtherPeer;
        if (Node != node || Group != group) return ClaimRefusal.OtherName;
        if (revocations.Covers(Node, Peer, Issued)) return ClaimRefusal.Revoked;
        if (now + ClockTolerance < NotBefore) return ClaimRefusal.NotYetValid;
        return now - ClockTolerance > NotAfter ? ClaimRefusal.Expired : null;
    }
}
