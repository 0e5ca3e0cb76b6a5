using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

using Skerry.Libp2p.Wire;

namespace Skerry.Libp2p.Driver;

/// <summary>
/// Channels over WebSocket (RFC 6455), for what passes HTTP alone: the upgrade here, the frames by the framework. TLS below it, where the address says so, proves the
/// name to the way and nothing about the peer, who proves itself inside like any other.
/// </summary>
internal static class WebSocketTransport
{
    /// <summary>The longest head of a request or an answer, bytes.</summary>
    private const int MaxHead = 8 << 10;

    /// <summary>Makes a WebSocket of a connection that was dialled.</summary>
    /// <param name="channel">The way there.</param>
    /// <param name="address">What it is to be.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="Libp2pException">At the other end is no WebSocket, or no certificate that this system trusts.</exception>
    public static async Task<Stream> ConnectAsync(Stream channel, WebSocketAddress address, CancellationToken cancel)
    {
        if (address.IsSecure) channel = await SecureAsync(channel, address.Host, cancel).ConfigureAwait(false);
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        var request = WebSocketUpgrade.Ask(address.Host, address.Port, key);
        await channel.WriteAsync(Encoding.ASCII.GetBytes(request), cancel).ConfigureAwait(false);
        await channel.FlushAsync(cancel).ConfigureAwait(false);
        var answer = await ReadHeadAsync(channel, cancel).ConfigureAwait(false);
        if (!WebSocketUpgrade.IsGranted(answer, key)) throw new Libp2pException($"{address.Host} answers the WebSocket upgrade with '{answer.Split('\r')[0]}'.");
        return new WebSocketStream(channel, isServer: false);
    }

    /// <summary>Makes a WebSocket of a connection that came in.</summary>
    /// <param name="channel">It.</param>
    /// <param name="certificate">For TLS below it; null: plain.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="Libp2pException">The other side asks for something else.</exception>
    public static async Task<Stream> AcceptAsync(Stream channel, X509Certificate2? certificate, CancellationToken cancel)
    {
        if (certificate is not null)
        {
            var tls = new SslStream(channel, leaveInnerStreamOpen: false);
            try
            {
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, cancel).ConfigureAwait(false);
            }
            catch (AuthenticationException refused)
            {
                throw new Libp2pException($"The caller's TLS handshake failed: {refused.Message}", refused);
            }

            channel = tls;
        }

        var request = await ReadHeadAsync(channel, cancel).ConfigureAwait(false);
        var answer = WebSocketUpgrade.Answer(request, out var isGranted);
        await channel.WriteAsync(Encoding.ASCII.GetBytes(answer), cancel).ConfigureAwait(false);
        await channel.FlushAsync(cancel).ConfigureAwait(false);
        return isGranted ? new WebSocketStream(channel, isServer: true) : throw new Libp2pException("The caller asks for something else than a WebSocket.");
    }

    private static async Task<Stream> SecureAsync(Stream channel, string host, CancellationToken cancel)
    {
        var tls = new SslStream(channel, leaveInnerStreamOpen: false);
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = host }, cancel).ConfigureAwait(false);
            return tls;
        }
        catch (AuthenticationException refused)
        {
            throw new Libp2pException($"{host} has no certificate that is trusted here: {refused.Message}", refused);
        }
    }

    /// <summary>Reads a byte at a time: what follows the head belongs to the frames.</summary>
    private static async Task<string> ReadHeadAsync(Stream channel, CancellationToken cancel)
    {
        var head = new byte[MaxHead];
        for (var length = 1; length <= head.Length; length++)
        {
            await channel.ReadWholeAsync(head.AsMemory(length - 1, 1), cancel).ConfigureAwait(false);
            if (head.AsSpan(0, length).EndsWith("\r\n\r\n"u8)) return Encoding.ASCII.GetString(head, 0, length);
        }

        throw new Libp2pException($"The head of the WebSocket upgrade is longer than {MaxHead} bytes.");
    }
}
