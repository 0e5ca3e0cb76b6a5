using System.Net;
using System.Net.Sockets;

namespace Skerry.Gossip.Driver;

/// <summary>The UDP and the TCP socket of a node, on one address and one port.</summary>
internal static class GossipSockets
{
    /// <summary>Packets that wait while the loop is busy; less where the system allows less (net.core.rmem_max).</summary>
    private const int ReceiveBuffer = 2 * 1024 * 1024;

    private const int LeastReceiveBuffer = 64 * 1024;
    private const int Backlog = 512;
    private const int AttemptsForFreePort = 16;

    /// <summary>Binds both; with port 0 to one that is free for both.</summary>
    /// <exception cref="GossipException">What stands in the way, how to find out more and which key to change.</exception>
    public static (Socket Packets, Socket Streams) Bind(IPEndPoint address)
    {
        for (var attempt = 1; ; attempt++)
        {
            var packets = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            var streams = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                streams.Bind(address);
                packets.Bind(new IPEndPoint(address.Address, ((IPEndPoint)streams.LocalEndPoint!).Port));
                streams.Listen(Backlog);
                for (var size = ReceiveBuffer; size >= LeastReceiveBuffer && packets.ReceiveBufferSize < size; size /= 2) packets.ReceiveBufferSize = size;
                return (packets, streams);
            }
            catch (SocketException refused)
            {
                packets.Dispose();
                streams.Dispose();
                // The port the system picked for one may be taken for the other.
                if (address.Port == 0 && refused.SocketErrorCode == SocketError.AddressAlreadyInUse && attempt < AttemptsForFreePort) continue;
                throw new GossipException(Explain(address, refused), refused);
            }
        }
    }

    /// <summary>The address others are told.</summary>
    /// <param name="bound">Where the sockets are.</param>
    /// <param name="wanted">What the operator says, if anything; port 0: the bound one.</param>
    /// <exception cref="GossipException">Bound to every address, and nothing says which one others reach.</exception>
    public static IPEndPoint Advertised(IPEndPoint bound, IPEndPoint? wanted)
    {
        if (wanted is not null) return wanted.Port == 0 ? new IPEndPoint(wanted.Address, bound.Port) : wanted;
        if (!IsEvery(bound.Address)) return bound;
        // The address this machine would speak to the world with (192.0.2.1 is nobody, RFC 5737). Connecting UDP sends no packet.
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            probe.Connect(new IPAddress([192, 0, 2, 1]), 9);
            return new IPEndPoint(((IPEndPoint)probe.LocalEndPoint!).Address, bound.Port);
        }
        catch (SocketException)
        {
            throw new GossipException("gossip.bind names every address, and this machine has no route to tell which one others reach it at: set gossip.advertise.");
        }
    }

    /// <summary>Whether an address stands for all of the machine's.</summary>
    public static bool IsEvery(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static string Explain(IPEndPoint address, SocketException refused) => refused.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse =>
            $"Gossip cannot listen on {address}: another program does. See which with: ss -lptn 'sport = :{address.Port}' and ss -lpun 'sport = :{address.Port}'; "
            + "end it, or set gossip.bind to another port.",
        SocketError.AddressNotAvailable => $"Gossip cannot listen on {address}: this machine does not have that address. Set gossip.bind to one that `ip address` shows.",
        SocketError.AccessDenied => $"Gossip cannot listen on {address}: ports below 1024 need a privilege. Set gossip.bind to a higher port.",
        _ => $"Gossip cannot listen on {address}: {refused.Message}. Check gossip.bind.",
    };
}
