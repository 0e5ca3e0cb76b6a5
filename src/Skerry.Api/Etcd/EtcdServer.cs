using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;

using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using Skerry.Api.Etcd.Grpc;
using Skerry.Api.Metrics;
using Skerry.Manifest;

namespace Skerry.Api.Etcd;

/// <summary>The etcd v3 API of one node: gRPC in clear over HTTP/2, and etcd's few plain endpoints on the same port.</summary>
public sealed class EtcdServer : IAsyncDisposable
{
    private readonly EtcdOptions _options;
    private readonly ILogger _logger;
    private readonly PrometheusExporter _metrics = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly KestrelServer _server;
    private readonly GrpcApplication _application;

    /// <summary>A server that listens from <see cref="StartAsync"/> on.</summary>
    public EtcdServer(EtcdOptions options, ManifestNode node, IManifestGroup group, ILoggerFactory loggers)
    {
        _options = options;
        _logger = loggers.CreateLogger("Skerry.Api.Etcd");
        var headers = new EtcdHeaders(node);
        IEnumerable<(string Method, GrpcHandler Handler)> methods =
        [
            .. new KvCalls(node, headers).Methods,
            .. new WatchCalls(node, headers).Methods,
            .. new LeaseCalls(node, headers).Methods,
            .. new ClusterCalls(node, group, headers).Methods,
            .. new MaintenanceCalls(node, group, headers, _logger).Methods,
            .. new AuthCalls(headers).Methods,
            .. new LockCalls(node, headers).Methods,
            .. new ElectionCalls(node, headers).Methods,
            .. new HealthCalls(node).Methods,
        ];
        _application = new GrpcApplication(
            methods.ToFrozenDictionary(method => method.Method, method => method.Handler, StringComparer.Ordinal), http => Admit(http, node),
            new PlainEndpoints(node, _metrics).AnswerAsync, _logger, _stopping.Token);
        _server = new KestrelServer(
            new OptionsWrapper<KestrelServerOptions>(Configure(options)), new SocketTransportFactory(Microsoft.Extensions.Options.Options.Create(new SocketTransportOptions()), loggers), loggers);
    }

    /// <summary>Where it listens; known once started.</summary>
    public IPEndPoint LocalAddress { get; private set; } = new(IPAddress.None, 0);

    /// <summary>Binds and starts answering.</summary>
    /// <exception cref="ApiException">The address is in use or cannot be bound; the message says what to do.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        try
        {
            await _server.StartAsync(_application, cancellation);
        }
        catch (Exception refused) when (refused is IOException or SocketException or AddressInUseException)
        {
            throw new ApiException(500, $"The etcd API cannot listen on {_options.Address}: {refused.Message} See who does with: ss -lptn 'sport = :{_options.Address.Port}'; or set another address.");
        }

        var bound = new Uri(_server.Features.Get<IServerAddressesFeature>()!.Addresses.First());
        LocalAddress = new IPEndPoint(_options.Address.Address, bound.Port);
        EtcdLog.Listening(_logger, LocalAddress.ToString());
    }

    /// <summary>Stops accepting, ends watches and other streams, finishes the rest within the token's time.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        await _stopping.CancelAsync();
        await _server.StopAsync(cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        _server.Dispose();
        _metrics.Dispose();
        _stopping.Dispose();
    }

    /// <summary>A client may say that it wants nothing from a node that knows no leader.</summary>
    private static GrpcFault Admit(HttpContext http, ManifestNode node) =>
        http.Request.Headers.TryGetValue("hasleader", out var wanted) && wanted == "true" && node.Log.Leader == 0 ? EtcdErrors.Of(ManifestError.NoLeader) : default;

    private static KestrelServerOptions Configure(EtcdOptions options)
    {
        var kestrel = new KestrelServerOptions
        {
            AddServerHeader = false,
            AllowAlternateSchemes = true,
            RequestHeaderEncodingSelector = name => name == ":authority" ? AuthorityText.Instance : null,
        };
        var limits = kestrel.Limits;
        // Streams are silent for as long as nothing happens, and a client that reads slowly is held back by flow control alone.
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.KeepAliveTimeout = TimeSpan.FromDays(1);
        limits.Http2.MaxStreamsPerConnection = 10_000;
        limits.Http2.InitialConnectionWindowSize = 4 * 1024 * 1024;
        limits.Http2.InitialStreamWindowSize = 1024 * 1024;
        kestrel.Listen(options.Address, endpoint => endpoint.Use(PriorKnowledge.Detect));
        return kestrel;
    }
}
