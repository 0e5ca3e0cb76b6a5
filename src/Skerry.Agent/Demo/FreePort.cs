using System.Net;
using System.Net.Sockets;

namespace Skerry.Agent.Demo;

/// <summary>Finds ports that nobody uses.</summary>
internal static class FreePort
{
    /// <summary>Below the range that the system gives to outgoing connections (from 32768 on), so that a port is still free when its owner comes back.</summary>
    private const int Lowest = 20_000;
    private const int Highest = 32_000;

    /// <summary>A port free for UDP and TCP on the address.</summary>
    public static IPEndPoint Find(IPAddress address)
    {
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            var candidate = new IPEndPoint(address, Random.Shared.Next(Lowest, Highest));
            try
            {
                using var tcp = new Socket(SocketType.Stream, ProtocolType.Tcp);
                using var udp = new Socket(SocketType.Dgram, ProtocolType.Udp);
                tcp.Bind(candidate);
                udp.Bind(candidate);
                return candidate;
            }
            catch (SocketException)
            {
                // Taken: another one.
            }
        }

        throw new CommandLine.CommandFailedException(CommandLine.ExitCode.Failed, $"No free port was found on {address} between {Lowest} and {Highest}.");
    }
}
