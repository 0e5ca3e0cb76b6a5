using System.Net;
using System.Net.Sockets;

namespace Skerry.Libp2p.Driver;

/// <summary>
/// Lets calls go out from a port that is listened on, so that a NAT shows peers the address at which they reach the listener. A listener binds alone first: a
/// second program on its port is still refused. It shares the port from then on, and only with sockets of the same user.
/// </summary>
internal static class SharedPort
{
    /// <summary>Whether this system can.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux() || OperatingSystem.IsMacOS();

    /// <summary>Shares a listener's port from now on.</summary>
    public static void Share(Socket listener)
    {
        if (IsSupported) Set(listener, ReusePort);
    }

    /// <summary>Binds a socket that will call out.</summary>
    /// <exception cref="SocketException">The port is taken by somebody else.</exception>
    public static void Bind(Socket socket, IPEndPoint local)
    {
        Set(socket, ReuseAddress);
        Set(socket, ReusePort);
        socket.Bind(local);
    }

    private static (int Level, int Name) ReuseAddress => OperatingSystem.IsLinux() ? (1, 2) : (0xFFFF, 0x0004);

    private static (int Level, int Name) ReusePort => OperatingSystem.IsLinux() ? (1, 15) : (0xFFFF, 0x0200);

    private static void Set(Socket socket, (int Level, int Name) option) => socket.SetRawSocketOption(option.Level, option.Name, BitConverter.GetBytes(1));
}
