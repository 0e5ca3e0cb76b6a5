using System.Net;
using System.Net.Sockets;

namespace Skerry.Libp2p.Driver;

/// <summary>Where connections come in.</summary>
/// <param name="Socket">It.</param>
/// <param name="Web">What stands above TCP there, <c>/ws</c> or <c>/wss</c>; null: nothing.</param>
internal sealed record Listener(Socket Socket, Multiaddr? Web)
{
    public IPEndPoint EndPoint { get; } = (IPEndPoint)Socket.LocalEndPoint!;

    /// <summary>The way that an address of a socket is one end of.</summary>
    public Multiaddr AddressAt(IPEndPoint endPoint) => Web is null ? Multiaddr.FromTcp(endPoint) : Multiaddr.FromTcp(endPoint).With(Web);
}
