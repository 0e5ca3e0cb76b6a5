using Skerry.Libp2p.Core.Reachability;

namespace Skerry.Libp2p;

/// <summary>Whether others reach this node at one of its addresses.</summary>
/// <param name="Address">Which.</param>
/// <param name="Reachability">Whether they do.</param>
/// <param name="Reached">Servers that have got through at their last try.</param>
/// <param name="Unreached">Servers that have not.</param>
public sealed record AddressReachability(Multiaddr Address, Reachability Reachability, int Reached, int Unreached)
{
    /// <summary>Whether it is an address of the internet, and not of some smaller net.</summary>
    public bool IsGlobal => Candidates.ScopeOf(Address) == AddressScope.Public;
}
