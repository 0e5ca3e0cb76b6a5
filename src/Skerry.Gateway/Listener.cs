using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using Skerry.Gateway.Model;
using Skerry.Gateway.Tls;
using Skerry.Gateway.Transport;

namespace Skerry.Gateway;

/// <summary>One address the gateway listens on: a Kestrel server of its own, so that one can come and go without the others.</summary>
internal sealed class Listener : IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly ListeningSocket _socket;
    private readonly GatewayApplication _application;
    private readonly CertificateFiles? _certificate;
    private readonly ILogger _logger;
    private int _released;

    private Listener(ListenerOptions options, ListeningSocket socket, KestrelServer server, GatewayApplication application, CertificateFiles? certificate, ILogger logger)
    {
        Options = options;
        _socket = socket;
        _server = server;
        _application = application;
        _certificate = certificate;
        _logger = logger;
    }

    public ListenerOptions Options { get; private set; }

    /// <summary>The address it is bound to.</summary>
    public IPEndPoint Address => _socket.Address;

    /// <summary>Opens a listener.</summary>
    /// <param name="options">What it is.</param>
    /// <param name="shared">The bound socket of the listener it replaces at the same address; null: it binds its own.</param>
    /// <param name="model">Gives the pipelines of this moment.</param>
    /// <param name="parts">What all listeners share.</param>
    /// <param name="cancellation">Ends the start.</param>
    /// <exception cref="GatewayException">It cannot be bound, or its certificate not be read.</exception>
    public static async Task<Listener> StartAsync(ListenerOptions options, ListeningSocket? shared, Func<GatewayModel> model, ListenerParts parts, CancellationToken cancellation)
    {
        var socket = shared?.Share() ?? Bind(options);
        CertificateFiles? certificate = null;
        try
        {
            if (options.Tls is { } tls) certificate = CertificateFiles.Open(options.Name, tls, parts.Time, parts.Logger);
            var application = new GatewayApplication(options, model, parts.Logger);
            var transport = new ClientListener(socket.Share(), parts.Loops, parts.Time, parts.Logger);
            var server = new KestrelServer(new OptionsWrapper<KestrelServerOptions>(Configure(options, socket, certificate, parts.Logger)), transport, parts.KestrelLoggers);
            var listener = new Listener(options, socket, server, application, certificate, parts.Logger);
            await server.StartAsync(application, cancellation);
            GatewayLog.Listening(parts.Logger, options.Name, socket.Address.ToString());
            return listener;
        }
        catch
        {
            certificate?.Dispose();
            socket.Release();
            throw;
        }
    }

    /// <summary>Whether a listener with these options can go on with this one's server; only its certificate files and trust may differ.</summary>
    public bool Serves(ListenerOptions options) =>
        Options.Name == options.Name && Options.Address.Equals(options.Address) && Options.Tls is null == options.Tls is null;

    /// <summary>The bound socket, for a listener that takes its address over.</summary>
    public ListeningSocket Socket => _socket;

    /// <summary>Takes changes that need no new server.</summary>
    /// <param name="options">Its options from now on.</param>
    /// <param name="certificate">Its certificate, read before; null when it has none.</param>
    public void Refresh(ListenerOptions options, SslStreamCertificateContext? certificate)
    {
        Options = options;
        _application.Options = options;
        if (certificate is not null) _certificate!.Replace(options.Tls!, certificate);
    }

    /// <summary>From now on there is no model with this listener: requests on its open connections go by the last that had it.</summary>
    public void GoBy(GatewayModel last) => _application.GoBy(last);

    /// <summary>Stops accepting and lets requests in flight finish, until the token cuts them.</summary>
    public async Task RetireAsync(CancellationToken cancellation)
    {
        try
        {
            // Not after the last request: until it is closed the system would go on taking connections that nobody answers.
            ReleaseSocket();
            await _server.StopAsync(cancellation);
        }
        finally
        {
            await DisposeAsync();
            GatewayLog.Closed(_logger, Options.Name);
        }
    }

    public ValueTask DisposeAsync()
    {
        _server.Dispose();
        ReleaseSocket();
        _certificate?.Dispose();
        return ValueTask.CompletedTask;
    }

    private void ReleaseSocket()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0) _socket.Release();
    }

    private static KestrelServerOptions Configure(ListenerOptions options, ListeningSocket socket, CertificateFiles? certificate, ILogger logger)
    {
        var kestrel = new KestrelServerOptions
        {
            AddServerHeader = false,
            AllowSynchronousIO = false,
            // In clear, HTTP/2 is chosen by first bytes that stand for TLS's choice; Kestrel would then expect https.
            AllowAlternateSchemes = true,
            // Header values pass as the bytes they are.
            RequestHeaderEncodingSelector = _ => Encoding.Latin1,
            ResponseHeaderEncodingSelector = _ => Encoding.Latin1,
        };
        // Requests of any size pass: what is too large is for the service to say, and back-pressure bounds what is held here.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Listen(socket.Address, endpoint => endpoint.Use(certificate is null ? PriorKnowledge.Detect : TlsHandshake.With(certificate, logger)));
        return kestrel;
    }

    private static ListeningSocket Bind(ListenerOptions options)
    {
        try
        {
            return ListeningSocket.Bind(options.Address);
        }
        catch (SocketException refused)
        {
            throw Explain(options, refused);
        }
    }

    private static GatewayException Explain(ListenerOptions options, SocketException refused) => new(
        $"Gateway listener {options.Name} cannot listen on {options.Address}: " + refused.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => $"another program does. See which with: ss -lptn 'sport = :{options.Address.Port}'; or change gateway.listeners.",
            SocketError.AccessDenied => "ports below 1024 need a privilege. Choose a higher one in gateway.listeners.",
            SocketError.AddressNotAvailable => "this machine does not have that address. See `ip address`, and gateway.listeners.",
            _ => refused.Message,
        },
        refused);
}
