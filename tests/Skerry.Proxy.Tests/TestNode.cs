using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Catalog;
using Skerry.Gateway.Tests;
using Skerry.Replication.Tests;

namespace Skerry.Proxy.Tests;

/// <summary>A node of a test's mesh.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private TestNode(TestMesh mesh, string name, string group, string? directory)
    {
        Name = name;
        Group = group;
        Distances = new TestDistances();
        var options = new CatalogOptions { NodeName = name, NodeId = $"id-{name}", Group = group, Address = "127.0.0.1" };
        Catalog = new ServiceCatalog(options, mesh.NetworkOf(group).Join(name), TimeProvider.System, NullLoggerFactory.Instance, Meters);
        Dialer = new PipeDialer(name, group, node => mesh.Nodes.GetValueOrDefault(node)?.Proxy.Door);
        Proxy = new ProxyServer(new ProxyIdentity(name, group) { DataDirectory = directory }, Catalog, () => mesh.SnapshotOf(this), Dialer, Distances, mesh.Time, Log, Meters);
    }

    public string Name { get; }

    public string Group { get; }

    public ServiceCatalog Catalog { get; }

    public ProxyServer Proxy { get; }

    public PipeDialer Dialer { get; }

    public TestDistances Distances { get; }

    public TestMeters Meters { get; } = new();

    /// <summary>What the proxy has to say.</summary>
    public HeardLog Log { get; } = new();

    public static async Task<TestNode> StartAsync(TestMesh mesh, string name, string group, string? directory)
    {
        var node = new TestNode(mesh, name, group, directory);
        await node.Catalog.StartAsync(CancellationToken.None);
        return node;
    }

    public Task RegisterAsync(string service, int port, string? id = null, string address = "127.0.0.1", bool exported = false, params CheckDefinition[] checks) =>
        Catalog.RegisterServiceAsync(
            new ServiceInstance { Node = "", Id = id ?? service, Name = service, Port = port, Address = address, Exported = exported }, [.. checks], replaceExistingChecks: true, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await Proxy.DisposeAsync();
        await Catalog.DisposeAsync();
        Meters.Dispose();
    }
}
