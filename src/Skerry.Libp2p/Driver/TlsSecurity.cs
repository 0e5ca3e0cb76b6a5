using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

using Skerry.Libp2p.Crypto;

namespace Skerry.Libp2p.Driver;

/// <summary>Secures a channel by TLS 1.3 with libp2p's certificates, both ways.</summary>
internal static class TlsSecurity
{
    public const string Protocol = "/tls/1.0.0";

    private static readonly SslApplicationProtocol Application = new("libp2p");

    public static async Task<(Stream Channel, PublicKey Peer)> SecureAsync(Stream channel, X509Certificate2 certificate, bool isDialler, CancellationToken cancel)
    {
        PublicKey? peer = null;
        string? error = null;
        var tls = new SslStream(channel, leaveInnerStreamOpen: false, (_, presented, _, _) =>
        {
            if (presented is X509Certificate2 theirs) peer = PeerCertificate.Verify(theirs, out error);
            return peer is not null;
        });
        try
        {
            var context = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);
            if (isDialler)
            {
                await tls.AuthenticateAsClientAsync(
                    new SslClientAuthenticationOptions
                    {
                        TargetHost = "",
                        EnabledSslProtocols = SslProtocols.Tls13,
                        ApplicationProtocols = [Application],
                        ClientCertificateContext = context,
                        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                        AllowTlsResume = false,
                    },
                    cancel).ConfigureAwait(false);
            }
            else
            {
                await tls.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions
                    {
                        ClientCertificateRequired = true,
                        EnabledSslProtocols = SslProtocols.Tls13,
                        ApplicationProtocols = [Application],
                        ServerCertificateContext = context,
                        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                        AllowTlsResume = false,
                    },
                    cancel).ConfigureAwait(false);
            }
        }
        catch (AuthenticationException refused)
        {
            throw new Libp2pException($"The TLS handshake failed: {error ?? refused.Message}.", refused);
        }

        return (tls, peer ?? throw new Libp2pException("The TLS handshake failed: the peer shows no certificate."));
    }
}
