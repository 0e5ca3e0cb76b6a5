using System.Net;
using System.Net.Sockets;

namespace Skerry.Libp2p.Core.Reachability;

/// <summary>Which address a server calls for a peer that asks: it must not be made to call a victim.</summary>
internal static class DialBack
{
    /// <summary>Version 1: only where the request itself comes from.</summary>
    /// <param name="asked">The addresses the peer asks about.</param>
    /// <param name="from">Where the request comes from.</param>
    public static IEnumerable<Multiaddr> ChooseSame(IEnumerable<Multiaddr> asked, IPAddress from) =>
        asked.Select(address => address.WithoutPeer()).Where(address => TryGetPlain(address, out var ip) && ip.Equals(Plain(from))).Distinct().Take(Candidates.Max);

    /// <summary>Version 2: the first where the request itself comes from, or that is public; somewhere else the peer has to pay for.</summary>
    /// <param name="asked">The addresses the peer asks about; null where one is of a kind nobody here knows.</param>
    /// <param name="from">Where the request comes from.</param>
    /// <param name="hasIpv6">Whether this node reaches the internet by IPv6.</param>
    /// <param name="isFree">Whether the address is where the request comes from.</param>
    /// <returns>Its place; -1 when there is none to call.</returns>
    public static int Choose(IReadOnlyList<Multiaddr?> asked, IPAddress from, bool hasIpv6, out bool isFree)
    {
        isFree = false;
        for (var i = 0; i < asked.Count; i++)
        {
            if (asked[i] is not { } address || !TryGetPlain(address.WithoutPeer(), out var ip)) continue;
            isFree = ip.Equals(Plain(from));
            var isReachable = ip.AddressFamily == AddressFamily.InterNetwork || hasIpv6;
            if (isFree || (isReachable && Candidates.ScopeOf(ip) == AddressScope.Public)) return i;
        }

        return -1;
    }

    private static bool TryGetPlain(Multiaddr address, out IPAddress ip)
    {
        ip = IPAddress.None;
        if (address.Parts.Count != 2 || Candidates.ScopeOf(address) is null or AddressScope.None || !address.TryGetTcp(out var endPoint)) return false;
        ip = Plain(((IPEndPoint)endPoint).Address);
        return true;
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
