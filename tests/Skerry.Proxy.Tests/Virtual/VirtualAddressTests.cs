using System.Net;

using Skerry.Proxy.Tests.Dns;
using Skerry.Replication.Tests;

namespace Skerry.Proxy.Tests.Virtual;

/// <summary>Services on addresses of their own, by the names that DNS has for them.</summary>
public sealed class VirtualAddressTests
{
    private static readonly ProxyOptions On = new()
    {
        Dns = new DnsOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) },
        // A part of the network that the tests of this run have for themselves.
        VirtualAddresses = new VirtualAddressOptions { Enable = true, Network = IPNetwork.Parse($"127.{64 + (Environment.ProcessId % 64)}.0.0/16") },
    };

    [Fact]
    public async Task A_client_that_resolves_a_service_and_connects_to_its_port_reaches_an_instance()
    {
        await using var mesh = new TestMesh();
        var here = await mesh.AddAsync("here");
        var service = mesh.Add(TcpService.Echo("orders"));
        await here.RegisterAsync("orders", service.Port, exported: true);
        await here.Proxy.StartAsync(On, CancellationToken.None);
        await Eventually.HoldsAsync(() => here.Proxy.Virtual.Of("orders", "") is not null);
        var answer = (await DnsClient.AskAsync(here.Proxy.DnsAddress!, "orders.service.skerry", DnsClient.A)).Data.Single();
        Assert.StartsWith("127.", answer, StringComparison.Ordinal);
        Assert.NotEqual("127.0.0.1", answer);
        Assert.Equal("orders:x", await TestClient.AskAsync(new IPEndPoint(IPAddress.Parse(answer), service.Port), "x"));
        var srv = await DnsClient.AskAsync(here.Proxy.DnsAddress!, "_orders._tcp.skerry", DnsClient.Srv);
        Assert.StartsWith($"{service.Port} ", srv.Data.Single(), StringComparison.Ordinal);
        Assert.Equal(answer, srv.Additional.Single().Data);
        Assert.Empty((await DnsClient.AskAsync(here.Proxy.DnsAddress!, "orders.service.skerry", DnsClient.Aaaa)).Answers);
    }

    [Fact]
    public async Task Listeners_come_and_go_with_the_catalog_and_another_groups_service_is_met_here_too()
    {
        await using var mesh = new TestMesh();
        var (here, there) = (await mesh.AddAsync("here"), await mesh.AddAsync("there", "shore"));
        var service = mesh.Add(TcpService.Echo("far"));
        await there.RegisterAsync("stock", service.Port, exported: true);
        await here.Proxy.StartAsync(On, CancellationToken.None);
        await Eventually.HoldsAsync(() => here.Proxy.Virtual.Of("stock", "shore") is not null && here.Proxy.Virtual.Of("stock", "") is not null);
        foreach (var name in (string[])["stock.service.shore.skerry", "stock.service.skerry"])
        {
            var address = (await DnsClient.AskAsync(here.Proxy.DnsAddress!, name, DnsClient.A)).Data.Single();
            Assert.Equal("far:x", await TestClient.AskAsync(new IPEndPoint(IPAddress.Parse(address), service.Port), "x"));
        }

        // A change of the own catalog brings what is new.
        var own = mesh.Add(TcpService.Echo("own"));
        await here.RegisterAsync("orders", own.Port);
        await Eventually.HoldsAsync(() => here.Proxy.Virtual.Of("orders", "") is not null);
        var place = here.Proxy.Virtual.Of("orders", "")!;
        await here.Catalog.DeregisterServiceAsync("orders", CancellationToken.None);
        await Eventually.HoldsAsync(() => here.Proxy.Virtual.Of("orders", "") is null);
        Assert.True(await TestClient.IsRefusedAsync(new IPEndPoint(place.Address, own.Port)));

        await here.Proxy.ApplyAsync(On with { VirtualAddresses = new VirtualAddressOptions() }, CancellationToken.None);
        Assert.Null(here.Proxy.Virtual.Of("stock", "shore"));
    }

    [Fact]
    public async Task An_address_is_the_same_after_a_restart_and_a_port_that_is_taken_leads_to_the_instances_instead()
    {
        var directory = Directory.CreateTempSubdirectory("skerry-virtual-").FullName;
        try
        {
            IPAddress before;
            var port = TcpService.UnusedPort();
            await using (var mesh = new TestMesh())
            {
                var here = await mesh.AddAsync("here", directory: directory);
                await here.RegisterAsync("kept", port);
                await here.Proxy.StartAsync(On, CancellationToken.None);
                await Eventually.HoldsAsync(() => here.Proxy.Virtual.Of("kept", "") is not null);
                before = here.Proxy.Virtual.Of("kept", "")!.Address;
            }

            Assert.Contains(before.ToString(), await File.ReadAllTextAsync(Path.Combine(directory, "virtual-addresses")), StringComparison.Ordinal);
            await using (var mesh = new TestMesh())
            {
                var here = await mesh.AddAsync("here", directory: directory);
                using var holder = new System.Net.Sockets.TcpListener(before, port);
                holder.Start();
                await here.RegisterAsync("kept", port);
                await here.Proxy.StartAsync(On, CancellationToken.None);
                Assert.Null(here.Proxy.Virtual.Of("kept", ""));
                Assert.Equal("127.0.0.1", (await DnsClient.AskAsync(here.Proxy.DnsAddress!, "kept.service.skerry", DnsClient.A)).Data.Single());
                holder.Stop();
                await here.Proxy.Virtual.FollowAsync();
                Assert.Equal(before, here.Proxy.Virtual.Of("kept", "")!.Address);
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
