using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Agent.Adapters;
using Skerry.Catalog;
using Skerry.Gateway.Tests;
using Skerry.Libp2p;
using Skerry.Proxy;
using Skerry.Proxy.Tests;
using Skerry.Replication.Tests;
using Skerry.Tunnel;

namespace Skerry.Agent.Tests.Adapters;

/// <summary>Two groups of a mesh, with what crosses from one to the other over real sessions of the tunnel.</summary>
public sealed class SitesTests : IAsyncDisposable
{
    private readonly MeshIdentity _key = new(RandomNumberGenerator.GetBytes(MeshIdentity.KeyLength));
    private readonly List<Site> _sites = [];

    [Fact]
    public async Task Groups_see_what_is_exported_and_lose_a_group_whose_node_is_gone()
    {
        var (shop, works) = await StartAsync();
        await works.ExportAsync("orders", 1);
        await works.ExportAsync("secret", 2, isExported: false);
        await shop.UntilSeenAsync("works", "orders");
        Assert.Empty(shop.Seen("works", "secret"));
        Assert.Equal(["there"], shop.Wide.Peers);
        Assert.Equal(works.Tunnel!.Routes.Addresses, shop.Directory.Find("there")!.Addresses);

        await works.Tunnel.DisposeAsync();
        await Eventually.HoldsAsync(() => shop.Wide.Peers.Count == 0);
        await Eventually.HoldsAsync(() => !shop.Catalog.Current.Groups["works"].IsReachable);
        Assert.False(shop.Wide.TrySendDatagram("there", "lost"u8));
        Assert.False(await shop.Wide.SendStreamAsync("nobody", "lost"u8.ToArray(), CancellationToken.None));
    }

    [Fact]
    public async Task A_name_that_nodes_of_two_groups_bear_is_warned_of_once_for_as_long_as_they_do()
    {
        var (shop, works) = await StartAsync();
        await works.ExportAsync("orders", 1);
        await shop.UntilSeenAsync("works", "orders");
        using var log = new HeardLog();
        var names = new SharedNames("shop", log);
        names.Look(shop.Catalog.Current);
        Assert.Empty(log.Heard);
        foreach (var liveness in new[] { NodeLiveness.Alive, NodeLiveness.Alive, NodeLiveness.Failed, NodeLiveness.Alive })
        {
            shop.Catalog.SetLiveness("there", "127.0.0.9", liveness);
            names.Look(shop.Catalog.Current);
        }

        Assert.Equal(2, log.Heard.Count);
        Assert.StartsWith("Nodes of the groups shop and works both bear the name there", log.Heard[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_newer_node_says_of_its_addresses_is_understood_as_far_as_it_can_be()
    {
        var (shop, works) = await StartAsync();
        await works.ExportAsync("orders", 1);
        await shop.UntilSeenAsync("works", "orders");
        var facts = new TunnelFacts { Addresses = ["/warp/9", "/ip4/192.0.2.1/tcp/4001"], IsRelay = true, IsBridge = true, Zone = "hall", Load = 50 };
        await works.Catalog.SetTunnelAsync(facts, CancellationToken.None);
        await Eventually.HoldsAsync(() => shop.Directory.Relays.Count == 1);
        var relay = shop.Directory.Relays[0];
        Assert.Equal(("there", "works", "hall", 50), (relay.Node, relay.Group, relay.Zone, relay.Load));
        Assert.Equal("/ip4/192.0.2.1/tcp/4001", Assert.Single(relay.Addresses).ToString());
        Assert.Null(shop.Directory.Find("nobody"));
    }

    [Fact]
    public async Task A_peer_that_announces_more_than_a_message_may_have_is_hung_up_on_and_the_exchange_goes_on()
    {
        var (shop, works) = await StartAsync();
        await using var stream = await works.Tunnel!.OpenAsync("here", "/skerry/wide/1.0.0", CancellationToken.None);
        await stream.WriteAsync((byte[])[0x7F, 0xFF, 0xFF, 0xFF]);
        await Assert.ThrowsAsync<Libp2pException>(() => stream.ReadAsync(new byte[1]).AsTask().WaitAsync(TestClient.Limit));
        await works.ExportAsync("orders", 1);
        await shop.UntilSeenAsync("works", "orders");
    }

    [Fact]
    public async Task Who_speaks_to_a_bridge_is_answered_as_long_as_it_does_though_it_has_not_said_yet_that_it_is_one()
    {
        var (shop, works) = await StartAsync();
        await works.Catalog.SetTunnelAsync(new TunnelFacts { Addresses = [.. works.Tunnel!.Routes.Addresses.Select(address => address.ToString())], IsBridge = false }, CancellationToken.None);
        await Eventually.HoldsAsync(() => !shop.Catalog.Bridges.ContainsKey("there"));
        await works.Wide.DisposeAsync();
        await Eventually.HoldsAsync(() => !shop.Wide.TrySendDatagram("there", "heard"u8));
        await using (await works.Tunnel.OpenAsync("here", "/skerry/wide/1.0.0", CancellationToken.None))
        {
            await Eventually.HoldsAsync(() => shop.Wide.TrySendDatagram("there", "heard"u8));
            shop.Wide.Update();
            Assert.True(shop.Wide.TrySendDatagram("there", "heard"u8));
        }

        await Eventually.HoldsAsync(() => !shop.Wide.TrySendDatagram("there", "heard"u8));
    }

    [Fact]
    public async Task An_instance_of_another_group_has_an_address_here_for_as_long_as_it_is_known()
    {
        var (shop, works) = await StartAsync();
        await using var service = TcpService.Echo("orders");
        await works.ExportAsync("orders", service.Port);
        await shop.UntilSeenAsync("works", "orders");
        using var far = new ProxyFarInstances(shop.Proxy, shop.Catalog, new MeasuredDistances(shop.Tunnel!), TimeProvider.System, NullLogger.Instance);
        var told = new TaskCompletionSource();
        far.Changed += () => told.TrySetResult();
        var entry = shop.Seen("works", "orders")[0];
        far.Find(entry);
        await told.Task.WaitAsync(TestClient.Limit);
        Assert.Equal("orders:five", await TestClient.AskAsync(far.Find(entry)!, "five"));
        await Eventually.HoldsAsync(() => far.RoundTripTo("there") > TimeSpan.Zero);
        await works.Catalog.DeregisterServiceAsync("orders", CancellationToken.None);
        await Eventually.HoldsAsync(() => shop.Proxy.Forwards.IsEmpty);
    }

    [Fact]
    public async Task Datagrams_reach_a_service_of_another_site_and_one_above_its_limit_is_dropped_and_counted()
    {
        var (shop, works) = await StartAsync(new ProxyOptions { MaxDatagram = 512 });
        await using var service = new UdpService("dns:");
        await works.ExportAsync("dns", service.Port);
        await shop.UntilSeenAsync("works", "dns");
        var forward = await OpenAsync(shop, "dns", ServiceNetwork.Udp);
        using var client = new UdpClientSocket(forward);
        Assert.Equal("dns:first", await client.AskAsync("first"));
        await client.SendAsync(new byte[513]);
        await Eventually.HoldsAsync(() => works.Meters.Sum("skerry.proxy.datagrams.dropped") == 1);
        Assert.Equal("dns:next", await client.AskAsync("next"));
        Assert.Equal(0, shop.Meters.Sum("skerry.proxy.datagrams.dropped"));
        Assert.Equal(1, service.Clients);
    }

    [Fact]
    public async Task A_backend_that_closes_in_mid_answer_is_an_error_to_the_client_and_one_that_ends_is_an_end()
    {
        var (shop, works) = await StartAsync();
        var isBroken = true;
        await using var service = TcpService.Of(async (stream, cancel) =>
        {
            await stream.ReadExactlyAsync(new byte[4], cancel);
            await stream.WriteAsync("half"u8.ToArray(), cancel);
            if (!isBroken) return;
            stream.Socket.LingerState = new LingerOption(true, 0);
            stream.Socket.Dispose();
        });
        await works.ExportAsync("orders", service.Port);
        await shop.UntilSeenAsync("works", "orders");
        var forward = await OpenAsync(shop, "orders", ServiceNetwork.Tcp);
        using (var client = await TestClient.ConnectAsync(forward))
        {
            await client.SendAsync("ask:"u8.ToArray());
            Assert.True(await client.IsResetAsync());
        }

        isBroken = false;
        Assert.Equal("half", await TestClient.AskAsync(forward, "ask:"));
        await Eventually.HoldsAsync(() => shop.Proxy.OpenFlows + works.Proxy.OpenFlows + shop.Tunnel!.Status.Sessions + works.Tunnel!.Status.Sessions == 0);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var site in Enumerable.Reverse(_sites)) await site.DisposeAsync();
    }

    private static async Task<IPEndPoint> OpenAsync(Site site, string service, ServiceNetwork network) =>
        (await site.Proxy.OpenForwardAsync(new ForwardOptions { Service = service, Group = "works", Listen = new IPEndPoint(IPAddress.Loopback, 0), Network = network }, CancellationToken.None)).Address;

    /// <summary>The shop's file names no one; that of the works names the shop's node.</summary>
    private async Task<(Site Shop, Site Works)> StartAsync(ProxyOptions? works = null)
    {
        _sites.Add(await Site.StartAsync(_key, "here", "shop"));
        _sites.Add(await Site.StartAsync(_key, "there", "works", _sites[0], works));
        await Eventually.HoldsAsync(() => _sites[0].Wide.Peers.Count == 1 && _sites[1].Wide.Peers.Count == 1);
        return (_sites[0], _sites[1]);
    }

    private sealed class MeasuredDistances(TunnelNode tunnel) : INodeDistances
    {
        public TimeSpan? RoundTripTo(string node) => tunnel.RoundTripTo(node);
    }
}
