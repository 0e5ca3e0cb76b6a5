using System.Collections.Immutable;

using Skerry.Libp2p;

namespace Skerry.Tunnel.Core.Relays;

/// <summary>What operators say of where a relay is reached, held against what others have found when they called it (libp2p AutoNAT).</summary>
internal static class RelayClaim
{
    /// <summary>
    /// Whether it is reached where it is said to be, or, when nothing is said, anywhere. One address that others get through to is enough; only when they get through to
    /// none is it not. An address over WebSocket is not called by anyone: it is taken as said.
    /// </summary>
    /// <param name="said">Where it is said to be reached, without peer ids; empty: nothing is said.</param>
    /// <param name="found">What calls have shown.</param>
    public static Reachability Judge(ImmutableArray<Multiaddr> said, IReadOnlyList<AddressReachability> found)
    {
        var verdicts = said.IsEmpty ? [.. found.Select(address => address.Reachability)] : said.Select(address => Judge(address.WithoutPeer(), found)).ToArray();
        if (verdicts.Contains(Reachability.Public)) return Reachability.Public;
        return verdicts.Length > 0 && verdicts.All(verdict => verdict == Reachability.Private) ? Reachability.Private : Reachability.Unknown;
    }

    private static Reachability Judge(Multiaddr said, IReadOnlyList<AddressReachability> found)
    {
        if (said.Parts.Count != 2) return Reachability.Public;
        return found.FirstOrDefault(address => address.Address.Equals(said))?.Reachability ?? Reachability.Unknown;
    }
}
