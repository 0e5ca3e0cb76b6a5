using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Text;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Catalog;
using Skerry.Gateway.Plugins;
using Skerry.Gateway.Plugins.Upstream;
using Skerry.Replication;

namespace Skerry.Gateway.Tests;

/// <summary>A gateway on a free port with a catalog of its own.</summary>
internal sealed class TestGateway : IAsyncDisposable
{
    private static readonly ServiceProvider Services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    private readonly HeardLog _log;

    private TestGateway(ServiceCatalog catalog, GatewayServer server, HttpClient http, HeardLog log)
    {
        _log = log;
        Catalog = catalog;
        Server = server;
        Http = http;
    }

    public ServiceCatalog Catalog { get; }

    public GatewayServer Server { get; }

    public HttpClient Http { get; }

    public IPEndPoint Address => Server.Listeners["http"];

    public static UpstreamOptions To(params Backend[] backends) => new() { Addresses = [.. backends.Select(backend => backend.Address)] };

    public static GatewayOptions Options(params PluginOptions[] plugins) => new()
    {
        Listeners = [new ListenerOptions { Name = "http", Address = new IPEndPoint(IPAddress.Loopback, 0) }],
        Pipelines = [new PipelineOptions { Name = "test", Plugins = [.. plugins] }],
    };

    public static Task<TestGateway> StartAsync(params PluginOptions[] plugins) => StartAsync(Options(plugins));

    public static async Task<TestGateway> StartAsync(GatewayOptions options, IFarInstances? far = null, IReplicationTransport? wide = null)
    {
        var meters = Services.GetRequiredService<IMeterFactory>();
        var catalog = await StartCatalogAsync("test", "dc1", wide);
        var log = new HeardLog();
        var server = new GatewayServer(catalog, TimeProvider.System, log, meters, far);
        await server.StartAsync(options, CancellationToken.None);
        return new TestGateway(catalog, server, new HttpClient { BaseAddress = new Uri($"http://{server.Listeners["http"]}") }, log);
    }

    /// <summary>The catalog of a node.</summary>
    /// <param name="node">Its name.</param>
    /// <param name="group">Its group.</param>
    /// <param name="wide">Where it meets other groups; null: nowhere.</param>
    public static async Task<ServiceCatalog> StartCatalogAsync(string node, string group, IReplicationTransport? wide = null)
    {
        var options = new CatalogOptions { NodeName = node, NodeId = Guid.NewGuid().ToString(), Group = group, Address = "127.0.0.1", GroupUnreachableAfter = TimeSpan.FromSeconds(1) };
        var catalog = new ServiceCatalog(options, null, TimeProvider.System, NullLoggerFactory.Instance, Services.GetRequiredService<IMeterFactory>(), wide);
        if (wide is not null) await catalog.SetTunnelAsync(new TunnelFacts { IsBridge = true }, CancellationToken.None);
        await catalog.StartAsync(CancellationToken.None);
        return catalog;
    }

    /// <summary>Until the gateway has logged a line with these words.</summary>
    public Task UntilLogAsync(string words) => _log.UntilAsync(words);

    /// <summary>Sends bytes as they are and reads the answer until the gateway closes or the text is there.</summary>
    public async Task<string> RawAsync(string request, string until = "\r\n\r\n")
    {
        using var client = new TcpClient();
        await client.ConnectAsync(Address);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!answer.ToString().Contains(until, StringComparison.Ordinal))
        {
            var read = await stream.ReadAsync(buffer, limit.Token);
            if (read == 0) break;
            answer.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }

        return answer.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await Server.StopAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Server.DisposeAsync();
        await Catalog.DisposeAsync();
    }
}
