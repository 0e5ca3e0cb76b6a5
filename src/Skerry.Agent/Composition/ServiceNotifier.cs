using System.Net.Sockets;
using System.Text;

namespace Skerry.Agent.Composition;

/// <summary>Tells systemd how far the agent is (sd_notify: one datagram to the socket named in the environment); elsewhere it does nothing.</summary>
internal static class ServiceNotifier
{
    public static void Ready() => Notify("READY=1");

    public static void Stopping() => Notify("STOPPING=1");

    private static void Notify(string state)
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not { Length: > 0 } path) return;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            // A leading '@' stands for the zero byte of the abstract namespace.
            socket.SendTo(Encoding.ASCII.GetBytes(state), new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path));
        }
        catch (SocketException)
        {
            // Whoever set the variable is gone; the agent runs all the same.
        }
    }
}
