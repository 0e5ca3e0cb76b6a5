using System.Net;

namespace Skerry.Libp2p.Driver;

/// <summary>Which of the addresses that somebody names lead anywhere from here.</summary>
internal static class KnownAddresses
{
    /// <summary>What a peer says, without what leads nowhere from here: a loopback address only means something among programs of one machine.</summary>
    /// <param name="addresses">As named.</param>
    /// <param name="source">Where the one who names them is.</param>
    public static IReadOnlyList<Multiaddr> From(IEnumerable<Multiaddr> addresses, Multiaddr source)
    {
        var isLocal = IsLoopback(source);
        return [.. addresses.Where(address => (isLocal || !IsLoopback(address)) && !IsUnspecified(address)).Distinct()];
    }

    public static bool IsLoopback(Multiaddr address) => IpOf(address) is { } ip && IPAddress.IsLoopback(ip);

    private static bool IsUnspecified(Multiaddr address) => IpOf(address) is { } ip && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any));

    private static IPAddress? IpOf(Multiaddr address) => address.Parts is [{ Protocol.Name: "ip4" or "ip6" } host, ..] ? new IPAddress(host.Value) : null;
}
