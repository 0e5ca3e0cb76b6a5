using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

using Skerry.Libp2p.Core.Mdns;

namespace Skerry.Libp2p.Driver;

/// <summary>The interfaces on which peers may be.</summary>
internal static class MdnsInterfaces
{
    /// <summary>A link's number: the interface's own and the family of addresses.</summary>
    public static int LinkOf(int card, bool isV6) => (card << 1) | (isV6 ? 1 : 0);

    public static int CardOf(int link) => link >> 1;

    public static bool IsV6(int link) => (link & 1) != 0;

    /// <summary>The links there are now, each with the prefix lengths of its addresses.</summary>
    public static IReadOnlyList<(MdnsLink Link, IReadOnlyList<int> Prefixes)> Find(bool withLoopback, bool withV6)
    {
        var links = new List<(MdnsLink, IReadOnlyList<int>)>();
        foreach (var card in Cards().Where(card => card.NetworkInterfaceType == NetworkInterfaceType.Loopback ? withLoopback : card.SupportsMulticast))
        {
            var properties = card.GetIPProperties();
            foreach (var isV6 in withV6 ? (bool[])[false, true] : [false])
            {
                if (!card.Supports(isV6 ? NetworkInterfaceComponent.IPv6 : NetworkInterfaceComponent.IPv4) || IndexOf(properties, isV6) is not { } index) continue;
                var family = isV6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
                var unicast = properties.UnicastAddresses.Where(one => one.Address.AddressFamily == family).ToArray();
                if (unicast.Length > 0) links.Add((new MdnsLink(LinkOf(index, isV6), [.. unicast.Select(one => Unscoped(one.Address))]), [.. unicast.Select(one => one.PrefixLength)]));
            }
        }

        return links;
    }

    /// <summary>The address without the number of its interface, as it stands in messages.</summary>
    public static IPAddress Unscoped(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? new IPAddress(address.GetAddressBytes()) : address;

    private static IEnumerable<NetworkInterface> Cards()
    {
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces().Where(card => card.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown).ToArray();
        }
        catch (NetworkInformationException)
        {
            // One went away while they were counted: the next look sees the others.
            return [];
        }
    }

    private static int? IndexOf(IPInterfaceProperties properties, bool isV6)
    {
        try
        {
            return isV6 ? properties.GetIPv6Properties().Index : properties.GetIPv4Properties().Index;
        }
        catch (NetworkInformationException)
        {
            return null;
        }
    }
}
