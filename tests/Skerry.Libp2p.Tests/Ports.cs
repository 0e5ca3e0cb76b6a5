using System.Net;
using System.Net.Sockets;

namespace Skerry.Libp2p.Tests;

/// <summary>Ports that a test needs before anybody has them, safe from what runs beside.</summary>
internal static class Ports
{
    private static readonly Socket Bound = Bind(0)!;

    /// <summary>A TCP port of 127.0.0.1 on which nobody listens, for as long as the tests run: it is bound.</summary>
    public static int Closed => ((IPEndPoint)Bound.LocalEndPoint!).Port;

    /// <summary>A TCP port of 127.0.0.1 to listen on: not one of those that the system gives to who asks for any (from 32768 on), so that nobody beside gets it.</summary>
    public static int Free()
    {
        while (true)
        {
            var port = Random.Shared.Next(11_000, 20_000);
            using var socket = Bind(port);
            if (socket is not null) return port;
        }
    }

    private static Socket? Bind(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }
}
