using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Skerry.Gateway;

/// <summary>One address the gateway listens on: a Kestrel server of its own, so that one can come and go without the others.</summary>
internal sealed class Listener : IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly KestrelServer? _clearHttp2;
    private readonly ILogger _logger;
    private readonly WebApplication? _tlsServices;
    private X509Certificate2? _certificate;

    private Listener(ListenerOptions options, KestrelServer server, KestrelServer? clearHttp2, WebApplication? tlsServices, ILogger logger)
    {
        Options = options;
        _server = server;
        _clearHttp2 = clearHttp2;
        _tlsServices = tlsServices;
        _logger = logger;
    }

    public ListenerOptions Options { get; private set; }

    /// <summary>The address it is bound to.</summary>
    public IPEndPoint Address { get; private set; } = new(IPAddress.None, 0);

    public static async Task<Listener> StartAsync(ListenerOptions options, GatewayApplication application, ILoggerFactory loggers, ILogger logger, CancellationToken cancellation)
    {
        WebApplication? services = null;
        KestrelServer? clearHttp2 = null;
        Http2Handoff? handoff = null;
        Listener? listener = null;
        var kestrel = NewOptions();
        if (options.Tls is null)
        {
            handoff = new Http2Handoff(options.Address);
            var http2 = NewOptions();
            http2.Listen(options.Address, endpoint => endpoint.Protocols = HttpProtocols.Http2);
            clearHttp2 = new KestrelServer(new OptionsWrapper<KestrelServerOptions>(http2), handoff, loggers);
        }
        else
        {
            // Kestrel's TLS asks for services that only a web application's builder knows how to make; the application itself is never started.
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseKestrelHttpsConfiguration();
            builder.Services.AddSingleton(loggers);
            services = builder.Build();
            kestrel.ApplicationServices = services.Services;
        }

        kestrel.Listen(options.Address, endpoint =>
        {
            endpoint.Protocols = handoff is null ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;
            if (handoff is not null) endpoint.Use(handoff.Detect);
            else endpoint.UseHttps(https => UseCertificate(https, () => listener!._certificate));
        });

        // Requests run on the thread that read them: a switch of threads would cost more than most of what a pipeline does.
        var transport = new SocketTransportFactory(
            new OptionsWrapper<SocketTransportOptions>(new SocketTransportOptions { UnsafePreferInlineScheduling = true, NoDelay = true }), loggers);
        var server = new KestrelServer(new OptionsWrapper<KestrelServerOptions>(kestrel), transport, loggers);
        listener = new Listener(options, server, clearHttp2, services, logger);
        try
        {
            if (options.Tls is { } tls) listener._certificate = ReadCertificate(tls);
            if (clearHttp2 is not null) await clearHttp2.StartAsync(application, cancellation);
            await server.StartAsync(application, cancellation);
            var bound = new Uri(server.Features.Get<IServerAddressesFeature>()!.Addresses.First());
            listener.Address = new IPEndPoint(options.Address.Address, bound.Port);
            GatewayLog.Listening(logger, options.Name, listener.Address.ToString());
            return listener;
        }
        catch (Exception refused)
        {
            await listener.DisposeAsync();
            throw Explain(options, refused);
        }
    }

    /// <summary>Takes changes that need no new socket: another certificate for the same address.</summary>
    public void Refresh(ListenerOptions options)
    {
        Options = options;
        if (options.Tls is not { } tls) return;
        try
        {
            _certificate = ReadCertificate(tls);
        }
        catch (Exception unreadable) when (unreadable is IOException or CryptographicException or UnauthorizedAccessException)
        {
            GatewayLog.CertificateUnreadable(_logger, options.Name, unreadable.Message);
        }
    }

    public async Task StopAsync(CancellationToken cancellation)
    {
        // Both at once: connections of the first include those it handed to the second.
        await Task.WhenAll(_server.StopAsync(cancellation), _clearHttp2?.StopAsync(cancellation) ?? Task.CompletedTask);
        GatewayLog.Closed(_logger, Options.Name);
    }

    public async ValueTask DisposeAsync()
    {
        _server.Dispose();
        _clearHttp2?.Dispose();
        if (_tlsServices is not null) await _tlsServices.DisposeAsync();
        _certificate?.Dispose();
    }

    private static KestrelServerOptions NewOptions()
    {
        var options = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
        // Requests of any size pass: what is too large is for the service to say, and back-pressure bounds what is held here.
        options.Limits.MaxRequestBodySize = null;
        options.Limits.MinRequestBodyDataRate = null;
        options.Limits.MinResponseDataRate = null;
        return options;
    }

    private static void UseCertificate(HttpsConnectionAdapterOptions https, Func<X509Certificate2?> certificate)
    {
        https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        https.ServerCertificateSelector = (_, _) => certificate();
    }

    private static X509Certificate2 ReadCertificate(TlsOptions tls) => X509Certificate2.CreateFromPemFile(tls.Certificate, tls.Key);

    private static GatewayException Explain(ListenerOptions options, Exception refused) => (refused, refused.InnerException) switch
    {
        (AddressInUseException, _) or (_, AddressInUseException) or (IOException { InnerException: AddressInUseException }, _) => new GatewayException(
            $"Gateway listener {options.Name} cannot listen on {options.Address}: another program does. See which with: ss -lptn 'sport = :{options.Address.Port}'; or change gateway.listeners.", refused),
        (SocketException { SocketErrorCode: SocketError.AccessDenied }, _) => new GatewayException(
            $"Gateway listener {options.Name} cannot listen on {options.Address}: ports below 1024 need a privilege. Choose a higher one in gateway.listeners.", refused),
        (SocketException { SocketErrorCode: SocketError.AddressNotAvailable }, _) => new GatewayException(
            $"Gateway listener {options.Name} cannot listen on {options.Address}: this machine does not have that address. See `ip address`, and gateway.listeners.", refused),
        (CryptographicException or FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException, _) => new GatewayException(
            $"Gateway listener {options.Name}: the certificate {options.Tls?.Certificate} or its key {options.Tls?.Key} cannot be read: {refused.Message}", refused),
        _ => new GatewayException($"Gateway listener {options.Name} cannot listen on {options.Address}: {refused.Message}", refused),
    };
}
