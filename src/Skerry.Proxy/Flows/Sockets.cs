using System.Net;
using System.Net.Sockets;

namespace Skerry.Proxy.Flows;

/// <summary>Opens sockets.</summary>
internal static class Sockets
{
    /// <summary>A socket connected to a host; a name's addresses are tried one after the other.</summary>
    /// <exception cref="SocketException">Not reached.</exception>
    public static async Task<Socket> ConnectAsync(string host, int port, SocketType type, CancellationToken cancellation)
    {
        var protocol = type == SocketType.Dgram ? ProtocolType.Udp : ProtocolType.Tcp;
        var isAddress = IPAddress.TryParse(host, out var address);
        var socket = isAddress ? new Socket(address!.AddressFamily, type, protocol) : new Socket(type, protocol);
        try
        {
            await socket.ConnectAsync(isAddress ? new IPEndPoint(address!, port) : new DnsEndPoint(host, port), cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A socket bound to an address.</summary>
    /// <exception cref="ProxyException">It cannot be: in use, not allowed, or no such address here.</exception>
    public static Socket Bind(IPEndPoint address, SocketType type, string what)
    {
        var socket = new Socket(address.AddressFamily, type, type == SocketType.Dgram ? ProtocolType.Udp : ProtocolType.Tcp);
        try
        {
            socket.Bind(address);
            if (type == SocketType.Stream) socket.Listen(512);
            return socket;
        }
        catch (SocketException refused)
        {
            socket.Dispose();
            throw new ProxyException(ProxyFailure.Unreachable, Explain(refused, address, what), refused);
        }
    }

    private static string Explain(SocketException refused, IPEndPoint address, string what) => refused.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => $"{what} cannot listen on {address}: another program does.",
        SocketError.AccessDenied => $"{what} cannot listen on {address}: ports below 1024 are root's, or need CAP_NET_BIND_SERVICE.",
        _ => $"{what} cannot listen on {address}: {refused.Message}",
    };
}
