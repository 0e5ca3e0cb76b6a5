using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Agent.Adapters;
using Skerry.Catalog;
using Skerry.Libp2p;
using Skerry.Proxy;
using Skerry.Replication.Tests;
using Skerry.Tunnel;

namespace Skerry.Agent.Tests.Adapters;

/// <summary>A group of one node, made of the parts that an agent makes it of, and put together by its adapters; without gossip, since it is alone.</summary>
internal sealed class Site : IAsyncDisposable
{
    private Site(string node, string group)
    {
        (Node, Group) = (node, group);
        Wide = new TunnelWideTransport(node, TimeProvider.System);
        var options = new CatalogOptions { NodeName = node, NodeId = $"id-{node}", Group = group, Address = "127.0.0.1", GroupUnreachableAfter = TimeSpan.FromSeconds(1) };
        Catalog = new ServiceCatalog(options, null, TimeProvider.System, NullLoggerFactory.Instance, Meters, Wide);
        Directory = new CatalogTunnelDirectory(Catalog, node);
        Proxy = new ProxyServer(new ProxyIdentity(node, group), Catalog, new TunnelFarDialer(() => Tunnel), distances: null, TimeProvider.System, NullLoggerFactory.Instance, Meters);
    }

    public string Node { get; }

    public string Group { get; }

    public ServiceCatalog Catalog { get; }

    public ProxyServer Proxy { get; }

    public TunnelWideTransport Wide { get; }

    public CatalogTunnelDirectory Directory { get; }

    public TunnelNode? Tunnel { get; private set; }

    public TestMeters Meters { get; } = new();

    /// <param name="key">The mesh.</param>
    /// <param name="node">Its node.</param>
    /// <param name="group">Its group.</param>
    /// <param name="known">The one that its file names.</param>
    /// <param name="options">Its proxy.</param>
    public static async Task<Site> StartAsync(MeshIdentity key, string node, string group, Site? known = null, ProxyOptions? options = null)
    {
        var site = new Site(node, group);
        await site.Catalog.StartAsync(CancellationToken.None);
        await site.Proxy.StartAsync((options ?? new ProxyOptions()) with { Dns = new DnsOptions { Enable = false } }, CancellationToken.None);
        var settings = new TunnelOptions
        {
            Node = node,
            Group = group,
            Identity = key,
            Listen = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")],
            RelayNodes = known is null ? [] : [new RelayNode(known.Node, known.Tunnel!.Routes.Addresses)],
        };
        var tunnel = site.Tunnel = await TunnelNode.StartAsync(settings, site.Directory, TimeProvider.System, NullLoggerFactory.Instance, site.Meters);
        tunnel.Serve((asked, cancel) => site.Proxy.Door.ServeAsync(new TunnelCall(asked), cancel));
        await site.Catalog.SetTunnelAsync(new TunnelFacts { Addresses = [.. tunnel.Routes.Addresses.Select(address => address.ToString())], IsBridge = true }, CancellationToken.None);
        site.Wide.Start(tunnel, site.Catalog, () => known is null ? [] : [known.Node]);
        return site;
    }

    /// <summary>Registers a service that other groups may see.</summary>
    public Task ExportAsync(string service, int port, bool isExported = true) => Catalog.RegisterServiceAsync(
        new ServiceInstance { Node = "", Id = service, Name = service, Port = port, Address = "127.0.0.1", Exported = isExported }, [], replaceExistingChecks: true, CancellationToken.None);

    /// <summary>What is seen here of a service of another group.</summary>
    public IReadOnlyList<ServiceEntry> Seen(string group, string service) => Catalog.Current.Groups.TryGetValue(group, out var there) ? there.Instances(service) : [];

    public Task UntilSeenAsync(string group, string service, int count = 1) => Eventually.HoldsAsync(() => Seen(group, service).Count == count, () => $"{service} of {group} at {Node}");

    public async ValueTask DisposeAsync()
    {
        await Proxy.DisposeAsync();
        await Wide.DisposeAsync();
        if (Tunnel is not null) await Tunnel.DisposeAsync();
        await Catalog.DisposeAsync();
        Meters.Dispose();
    }
}
