using System.Net;
using System.Net.Sockets;

namespace Skerry.Libp2p.Driver;

/// <summary>A socket of multicast DNS, for one family of addresses and all interfaces. Others on this machine, an avahi among them, have theirs on the same port.</summary>
internal sealed class MdnsSocket : IDisposable
{
    private static readonly IPAddress GroupV4 = IPAddress.Parse("224.0.0.251");
    private static readonly IPAddress GroupV6 = IPAddress.Parse("ff02::fb");

    // Linux: <asm-generic/socket.h>. .NET sets only one of the two, and a port is shared among those who set the same.
    private const int SolSocket = 1;
    private const int SoReuseAddress = 2;
    private const int SoReusePort = 15;
    private const int MulticastHops = 255;

    private readonly Socket _socket;
    private readonly bool _isV6;
    private readonly IPEndPoint _group;
    private readonly HashSet<int> _joined = [];
    private readonly Lock _gate = new();

    private MdnsSocket(Socket socket, bool isV6, int port)
    {
        (_socket, _isV6) = (socket, isV6);
        _group = new IPEndPoint(isV6 ? GroupV6 : GroupV4, port);
    }

    /// <returns>Null where this machine has no such addresses, or the port is somebody's who does not share it.</returns>
    public static MdnsSocket? TryOpen(bool isV6, int port, out SocketException? failure)
    {
        failure = null;
        Socket? socket = null;
        try
        {
            socket = new Socket(isV6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            if (isV6) socket.DualMode = false;
            Span<byte> yes = [1, 0, 0, 0];
            socket.SetRawSocketOption(SolSocket, SoReuseAddress, yes);
            socket.SetRawSocketOption(SolSocket, SoReusePort, yes);
            var level = isV6 ? SocketOptionLevel.IPv6 : SocketOptionLevel.IP;
            socket.SetSocketOption(level, SocketOptionName.PacketInformation, true);
            socket.SetSocketOption(level, SocketOptionName.MulticastTimeToLive, MulticastHops);
            socket.SetSocketOption(level, SocketOptionName.MulticastLoopback, true);
            socket.Bind(new IPEndPoint(isV6 ? IPAddress.IPv6Any : IPAddress.Any, port));
            return new MdnsSocket(socket, isV6, port);
        }
        catch (SocketException failed)
        {
            socket?.Dispose();
            failure = failed;
            return null;
        }
    }

    /// <summary>Hears the group on these interfaces and on no others; one that cannot be joined is tried again the next time.</summary>
    public void Join(IReadOnlyCollection<int> cards)
    {
        lock (_gate)
        {
            // The system has left the group by itself where an interface is gone.
            _joined.RemoveWhere(card => !cards.Contains(card) && (TrySet(SocketOptionName.DropMembership, card) || true));
            foreach (var card in cards)
            {
                if (!_joined.Contains(card) && TrySet(SocketOptionName.AddMembership, card)) _joined.Add(card);
            }
        }
    }

    /// <summary>Sends on an interface, to all there or to one.</summary>
    /// <returns>False when it could not be sent: the interface is on its way out, most likely.</returns>
    public bool TrySend(int card, byte[] bytes, IPEndPoint? target)
    {
        lock (_gate)
        {
            try
            {
                // The index of an interface is in network order where IPv4 takes it, and not where IPv6 does.
                _socket.SetSocketOption(_isV6 ? SocketOptionLevel.IPv6 : SocketOptionLevel.IP, SocketOptionName.MulticastInterface, _isV6 ? card : IPAddress.HostToNetworkOrder(card));
                return _socket.SendTo(bytes, target ?? _group) == bytes.Length;
            }
            catch (Exception failed) when (failed is SocketException or ObjectDisposedException)
            {
                return false;
            }
        }
    }

    /// <exception cref="SocketException">Nothing comes any more, or a notice that something sent has not arrived.</exception>
    public ValueTask<SocketReceiveMessageFromResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancel) =>
        _socket.ReceiveMessageFromAsync(buffer, SocketFlags.None, new IPEndPoint(_isV6 ? IPAddress.IPv6Any : IPAddress.Any, 0), cancel);

    public void Dispose() => _socket.Dispose();

    private bool TrySet(SocketOptionName name, int card)
    {
        try
        {
            if (_isV6) _socket.SetSocketOption(SocketOptionLevel.IPv6, name, new IPv6MulticastOption(GroupV6, card));
            else _socket.SetSocketOption(SocketOptionLevel.IP, name, new MulticastOption(GroupV4, card));
            return true;
        }
        catch (Exception failed) when (failed is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
