using System.Net;
using System.Net.Sockets;

namespace Skerry.Gateway.Transport;

/// <summary>A bound socket that listeners share: one that replaces another takes the address over without a moment in which nobody listens.</summary>
internal sealed class ListeningSocket
{
    private const int Backlog = 4096;

    private readonly Socket _socket;
    private int _users = 1;

    private ListeningSocket(Socket socket, IPEndPoint requested)
    {
        _socket = socket;
        Requested = requested;
        Address = (IPEndPoint)socket.LocalEndPoint!;
    }

    /// <summary>The address asked for; its port may be 0.</summary>
    public IPEndPoint Requested { get; }

    /// <summary>The address it is bound to.</summary>
    public IPEndPoint Address { get; }

    /// <exception cref="SocketException">The address is taken, forbidden or not this machine's.</exception>
    public static ListeningSocket Bind(IPEndPoint address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // [::] takes IPv4 too, as everybody expects of it.
            if (address.Address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
            socket.Bind(address);
            socket.Listen(Backlog);
            return new ListeningSocket(socket, address);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public ValueTask<Socket> AcceptAsync(CancellationToken cancellation) => _socket.AcceptAsync(cancellation);

    /// <summary>Takes a share; each is given back by <see cref="Release"/>.</summary>
    public ListeningSocket Share()
    {
        Interlocked.Increment(ref _users);
        return this;
    }

    /// <summary>Gives a share back; the last closes the socket.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0) _socket.Dispose();
    }
}
