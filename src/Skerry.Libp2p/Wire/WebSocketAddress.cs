using System.Diagnostics.CodeAnalysis;

namespace Skerry.Libp2p.Wire;

/// <summary>
/// What an address says of a WebSocket above its TCP: <c>/ws</c>, or with TLS below it <c>/wss</c>, <c>/tls/ws</c>, <c>/tls/sni/NAME/ws</c>
/// (libp2p websockets/README.md).
/// </summary>
/// <param name="Host">Who is asked for, by name where there is one.</param>
/// <param name="Port">At which port.</param>
/// <param name="IsSecure">Whether TLS is below it.</param>
internal sealed record WebSocketAddress(string Host, int Port, bool IsSecure)
{
    /// <summary>Reads what follows TCP.</summary>
    /// <returns>False when that is no WebSocket.</returns>
    public static bool TryRead(Multiaddr address, [NotNullWhen(true)] out WebSocketAddress? web)
    {
        web = null;
        if (address.WithoutPeer().Parts is not [var host, { Protocol.Name: "tcp" } tcp, ..] parts) return false;
        var names = string.Join('/', parts.Skip(2).Select(part => part.Protocol.Name));
        if (names is not ("ws" or "wss" or "tls/ws" or "tls/sni/ws")) return false;
        var name = names == "tls/sni/ws" ? parts[3] : host;
        web = new WebSocketAddress(name.Protocol.Format(name.Value), (tcp.Value[0] << 8) | tcp.Value[1], names != "ws");
        return true;
    }
}
