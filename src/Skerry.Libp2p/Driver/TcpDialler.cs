using System.Net;
using System.Net.Sockets;

namespace Skerry.Libp2p.Driver;

/// <summary>Calls out over TCP, from a port that is listened on where that can be.</summary>
/// <param name="listening">Where this node listens.</param>
/// <param name="time">Measures how long one address is tried before the next is, too.</param>
internal sealed class TcpDialler(Func<IEnumerable<IPEndPoint>> listening, TimeProvider time)
{
    /// <summary>The connection attempt delay of RFC 8305, section 5.</summary>
    private static readonly TimeSpan Stagger = TimeSpan.FromMilliseconds(250);

    /// <param name="address">Whom to call: TCP over an IP address or a DNS name.</param>
    /// <param name="isPortShared">Whether to call from a listener's port if there is one.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="Libp2pException">Nobody takes the call there.</exception>
    public async Task<Socket> DialAsync(Multiaddr address, bool isPortShared, CancellationToken cancel)
    {
        if (!address.TryGetTcp(out var endPoint)) throw new Libp2pException($"{address} is no address to dial: TCP over an IP address or a DNS name is.");
        try
        {
            var targets = await ResolveAsync(endPoint, cancel).ConfigureAwait(false);
            if (targets.Count == 0) throw new SocketException((int)SocketError.HostNotFound);
            return await Staggered.FirstAsync(
                targets, Stagger, (target, given) => DialAsync(target, isPortShared ? LocalFor(target) : null, given), socket => socket.Dispose(), time, cancel).ConfigureAwait(false);
        }
        catch (SocketException failed)
        {
            throw new Libp2pException($"{address} does not take the call: {failed.Message}.", failed);
        }
    }

    private static async Task<Socket> DialAsync(IPEndPoint target, IPEndPoint? local, CancellationToken cancel)
    {
        if (local is not null)
        {
            try
            {
                return await DialFromAsync(target, local, cancel).ConfigureAwait(false);
            }
            catch (SocketException failed) when (failed.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressAlreadyInUse)
            {
                // There is, or was a moment ago, a connection between these two ports: another port will do.
            }
        }

        return await DialFromAsync(target, local: null, cancel).ConfigureAwait(false);
    }

    private static async Task<Socket> DialFromAsync(IPEndPoint target, IPEndPoint? local, CancellationToken cancel)
    {
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (local is not null) SharedPort.Bind(socket, local);
            await socket.ConnectAsync(target, cancel).ConfigureAwait(false);
            // From a listener's port to itself a socket reaches only itself.
            return Equals(socket.LocalEndPoint, socket.RemoteEndPoint) ? throw new SocketException((int)SocketError.AddressNotAvailable) : socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<IReadOnlyList<IPEndPoint>> ResolveAsync(EndPoint endPoint, CancellationToken cancel)
    {
        if (endPoint is IPEndPoint known) return [known];
        var name = (DnsEndPoint)endPoint;
        var addresses = await Dns.GetHostAddressesAsync(name.Host, name.AddressFamily, cancel).ConfigureAwait(false);
        return [.. Interleave(addresses).Select(address => new IPEndPoint(address, name.Port))];
    }

    /// <summary>IPv6 and IPv4 in turn (RFC 8305, section 4): where one of them leads nowhere, the other comes second and not last.</summary>
    private static IEnumerable<IPAddress> Interleave(IPAddress[] addresses) => addresses
        .GroupBy(address => address.AddressFamily)
        .SelectMany(family => family.Select((address, place) => (address, place, isIpv4: family.Key == AddressFamily.InterNetwork)))
        .OrderBy(one => one.place).ThenBy(one => one.isIpv4)
        .Select(one => one.address);

    /// <summary>The listener from whose port a peer is called: it must be able to send there.</summary>
    private IPEndPoint? LocalFor(IPEndPoint target)
    {
        if (!SharedPort.IsSupported) return null;
        var usable = listening().Where(local => local.AddressFamily == target.AddressFamily);
        return usable.FirstOrDefault(local => local.Address.Equals(IPAddress.Any) || local.Address.Equals(IPAddress.IPv6Any))
            ?? usable.FirstOrDefault(local => IPAddress.IsLoopback(local.Address) == IPAddress.IsLoopback(target.Address));
    }
}
