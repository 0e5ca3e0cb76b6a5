using System.Net;

using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Api.Etcd;
using Skerry.Manifest;
using Skerry.Manifest.Tests;

namespace Skerry.Interop.Tests.Etcd;

/// <summary>Skerry's etcd API before a log of one, in this process.</summary>
internal sealed class EtcdDoor : IAsyncDisposable
{
    private readonly EtcdServer _server;

    private EtcdDoor(EtcdServer server, ManifestNode node, LogOfOne log)
    {
        _server = server;
        Node = node;
        Log = log;
    }

    public ManifestNode Node { get; }

    public LogOfOne Log { get; }

    public string Address => _server.LocalAddress.ToString();

    public static async Task<EtcdDoor> StartAsync(ManifestOptions? options = null)
    {
        var node = new ManifestNode(options ?? new ManifestOptions(), TimeProvider.System, new NoMeters(), NullLoggerFactory.Instance);
        var log = new LogOfOne(node);
        node.Start(log);
        var server = new EtcdServer(new EtcdOptions { Address = new IPEndPoint(LoopbackHosts.Next(), 0) }, node, log, NullLoggerFactory.Instance);
        await server.StartAsync(CancellationToken.None);
        log.ClientUrl = $"http://{server.LocalAddress}";
        return new EtcdDoor(server, node, log);
    }

    public Task<EtcdCtl.Answer> CtlAsync(params string[] arguments) => EtcdCtl.RunAsync(Address, null, arguments);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await Node.DisposeAsync();
    }
}
