using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Net.Sockets;

namespace Skerry.Catalog.Checks;

/// <summary>
/// How a check that speaks HTTP connects: a connection of its own each run, so that a hung one never answers for the next, and TLS of its own, because
/// the framework's handler takes the server's name from the URL alone. A TLS stream made here is used by that handler as it is.
/// </summary>
internal static class CheckConnection
{
    /// <summary>Set on a request that goes over TLS: the name the server is asked for and must prove.</summary>
    public static readonly HttpRequestOptionsKey<string> ServerName = new("Skerry.Catalog.ServerName");

    [SuppressMessage("Security", "CA5359:Do not disable certificate validation", Justification = "The registration asked for it by TLSSkipVerify.")]
    private static readonly RemoteCertificateValidationCallback AcceptAny = (_, _, _, _) => true;

    /// <summary>A client for one check.</summary>
    /// <param name="check">Gives the rules of TLS.</param>
    /// <param name="protocol">What TLS is to agree on.</param>
    public static HttpClient For(CheckDefinition check, SslApplicationProtocol protocol)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            PooledConnectionLifetime = TimeSpan.Zero,
            UseCookies = false,
            UseProxy = false,
            ConnectCallback = (context, cancellation) => ConnectAsync(context, check.TlsSkipVerify, protocol, cancellation),
        };
        return new HttpClient(handler, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Why a connection failed, without the layers that only say that it did.</summary>
    public static string Reason(Exception failed)
    {
        while (failed.InnerException is { } inner) failed = inner;
        return failed.Message;
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, bool skipVerify, SslApplicationProtocol protocol, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream stream;
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            stream = new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        if (!context.InitialRequestMessage.Options.TryGetValue(ServerName, out var name)) return stream;
        var tls = new SslStream(stream);
        try
        {
            var options = new SslClientAuthenticationOptions { TargetHost = name, ApplicationProtocols = [protocol] };
            if (skipVerify) options.RemoteCertificateValidationCallback = AcceptAny;
            await tls.AuthenticateAsClientAsync(options, cancellation);
            return tls;
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }
}
