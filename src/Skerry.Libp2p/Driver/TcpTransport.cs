using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Skerry.Libp2p.Driver;

/// <summary>Channels over TCP.</summary>
internal static class TcpTransport
{
    /// <summary>Connections that may wait to be taken in.</summary>
    private const int Backlog = 512;

    /// <exception cref="Libp2pException">Nobody takes the call there.</exception>
    public static async Task<Stream> DialAsync(Multiaddr address, CancellationToken cancel)
    {
        if (!address.TryGetTcp(out var endPoint)) throw new Libp2pException($"{address} is no address to dial: TCP over an IP address or a DNS name is.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint, cancel).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception failed)
        {
            socket.Dispose();
            if (failed is SocketException) throw new Libp2pException($"{address} does not take the call: {failed.Message}.", failed);
            throw;
        }
    }

    /// <exception cref="Libp2pException">The address cannot be listened on.</exception>
    public static Socket Listen(Multiaddr address)
    {
        if (!address.TryGetTcp(out var endPoint) || endPoint is not IPEndPoint ip) throw new Libp2pException($"{address} is no address to listen on: /ip4/0.0.0.0/tcp/20006 would be.");
        var socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (ip.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = false;
            socket.Bind(ip);
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException failed)
        {
            socket.Dispose();
            throw new Libp2pException($"{address} cannot be listened on: {failed.Message}.", failed);
        }
    }

    /// <returns>False when the caller has hung up already.</returns>
    public static bool TryGetRemote(Socket socket, [NotNullWhen(true)] out Multiaddr? address)
    {
        try
        {
            address = AddressOf(socket.RemoteEndPoint);
            return true;
        }
        catch (SocketException)
        {
            address = null;
            return false;
        }
    }

    public static Multiaddr AddressOf(EndPoint? endPoint) => Multiaddr.FromTcp((IPEndPoint)endPoint!);
}
