using System.Net;
using System.Net.Sockets;

namespace Skerry.Libp2p.Driver;

/// <summary>Looks up the DNS names in addresses, so that it is known where they lead before anybody goes there.</summary>
internal static class Names
{
    /// <summary>The plain TCP addresses among some, the first names of them looked up; what has no answer is left out.</summary>
    /// <param name="addresses">Some over IP, some over names.</param>
    /// <param name="maxNames">Names that are looked up; the others are left out.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<IReadOnlyList<Multiaddr>> ResolveAsync(IReadOnlyList<Multiaddr> addresses, int maxNames, CancellationToken cancel)
    {
        var resolved = new List<Multiaddr>();
        foreach (var address in addresses)
        {
            if (address.WithoutPeer().Parts.Count != 2 || !address.TryGetTcp(out var endPoint)) continue;
            if (endPoint is not DnsEndPoint name) resolved.Add(address);
            else if (maxNames-- > 0) resolved.AddRange(await LookUpAsync(name, cancel).ConfigureAwait(false));
        }

        return resolved;
    }

    /// <summary>Each address in its place, over a name's first IP address where it goes by a name; null where there is none, or it is no plain TCP.</summary>
    /// <param name="addresses">Some over IP, some over names; null where nobody here understands one.</param>
    /// <param name="maxNames">Names that are looked up.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<IReadOnlyList<Multiaddr?>> ResolveEachAsync(IReadOnlyList<Multiaddr?> addresses, int maxNames, CancellationToken cancel)
    {
        var resolved = new Multiaddr?[addresses.Count];
        for (var i = 0; i < resolved.Length; i++)
        {
            if (addresses[i] is not { } address || address.WithoutPeer().Parts.Count != 2 || !address.TryGetTcp(out var endPoint)) continue;
            if (endPoint is not DnsEndPoint name) resolved[i] = address;
            else if (maxNames-- > 0) resolved[i] = (await LookUpAsync(name, cancel).ConfigureAwait(false)).FirstOrDefault();
        }

        return resolved;
    }

    private static async Task<IEnumerable<Multiaddr>> LookUpAsync(DnsEndPoint name, CancellationToken cancel)
    {
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(name.Host, name.AddressFamily, cancel).ConfigureAwait(false);
            return addresses.Select(address => Multiaddr.FromTcp(new IPEndPoint(address, name.Port)));
        }
        catch (SocketException)
        {
            return [];
        }
    }
}
