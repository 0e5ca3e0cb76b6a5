using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Skerry.Libp2p.Driver;

/// <summary>Channels over TCP.</summary>
internal static class TcpTransport
{
    /// <summary>Connections that may wait to be taken in.</summary>
    private const int Backlog = 512;

    /// <param name="address">An IP address and a TCP port.</param>
    /// <param name="isPortShared">Whether calls go out from the port, too.</param>
    /// <exception cref="Libp2pException">The address cannot be listened on.</exception>
    public static Socket Listen(Multiaddr address, bool isPortShared)
    {
        if (!address.TryGetTcp(out var endPoint) || endPoint is not IPEndPoint ip) throw new Libp2pException($"{address} is no address to listen on: /ip4/0.0.0.0/tcp/20006 would be.");
        var socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (ip.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = false;
            socket.Bind(ip);
            socket.Listen(Backlog);
            if (isPortShared) SharedPort.Share(socket);
            return socket;
        }
        catch (SocketException failed)
        {
            socket.Dispose();
            throw new Libp2pException($"{address} cannot be listened on: {failed.Message}.", failed);
        }
    }

    /// <returns>False when the caller has hung up already.</returns>
    public static bool TryGetRemote(Socket socket, [NotNullWhen(true)] out IPEndPoint? remote)
    {
        try
        {
            remote = (IPEndPoint?)socket.RemoteEndPoint;
            return remote is not null;
        }
        catch (SocketException)
        {
            remote = null;
            return false;
        }
    }
}
