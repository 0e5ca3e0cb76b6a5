using System.Net.Security;
using System.Security.Authentication;

using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;

namespace Skerry.Gateway.Tls;

/// <summary>TLS 1.2 and 1.3 on a client's connection, HTTP/2 or HTTP/1.1 by ALPN.</summary>
internal static class TlsHandshake
{
    /// <summary>How long a client may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The step of a connection's start that negotiates.</summary>
    public static Func<ConnectionDelegate, ConnectionDelegate> With(CertificateFiles files, ILogger logger) => next => async connection =>
    {
        await using var duplex = new DuplexStream(connection.Transport);
        await using var tls = new SslStream(duplex, leaveInnerStreamOpen: true);
        if (!await TryHandshakeAsync(tls, connection, files, logger)) return;
        connection.Features.Set<ITlsConnectionFeature>(new TlsFeatures());
        connection.Features.Set<ITlsApplicationProtocolFeature>(new TlsFeatures { ApplicationProtocol = tls.NegotiatedApplicationProtocol.Protocol });
        var clear = connection.Transport;
        try
        {
            connection.Transport = new TlsTransport(tls);
            await next(connection);
        }
        finally
        {
            connection.Transport = clear;
        }
    };

    private static async ValueTask<bool> TryHandshakeAsync(SslStream tls, ConnectionContext connection, CertificateFiles files, ILogger logger)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        limit.CancelAfter(Patience);
        try
        {
            await tls.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = files.Current,
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                    ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
                },
                limit.Token);
            return true;
        }
        catch (Exception failed) when (failed is AuthenticationException or IOException or OperationCanceledException or ConnectionAbortedException)
        {
            GatewayLog.HandshakeFailed(logger, connection.RemoteEndPoint?.ToString() ?? "unknown", failed.Message);
            return false;
        }
    }
}
