using System.Net;
using System.Security.Cryptography;

using Skerry.Catalog.Tests;
using Skerry.Replication.Tests;

namespace Skerry.Proxy.Tests.Datagrams;

/// <summary>Clients that send datagrams to a forward, with real catalogs and sockets.</summary>
public sealed class UdpForwardTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Datagrams_go_to_an_instance_and_answers_come_back_each_to_its_client(bool far)
    {
        await using var mesh = new TestMesh();
        var (forward, here, service) = await StartAsync(mesh, far);
        using var one = new UdpClientSocket(forward.Address);
        using var two = new UdpClientSocket(forward.Address);
        Assert.Equal("dns:", await one.AskAsync(""));
        Assert.Equal("dns:first", await one.AskAsync("first"));
        Assert.Equal("dns:second", await two.AskAsync("second"));
        // Each client is a flow of its own, at the service too.
        Assert.Equal(2, service.Clients);
        Assert.Equal((2, 2), (here.Proxy.Forwards.Single().Open, (int)here.Proxy.Forwards.Single().Opened));
        await here.Proxy.CloseForwardAsync(forward.Id);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Datagrams_of_every_size_arrive_whole(bool far)
    {
        await using var mesh = new TestMesh();
        var (forward, here, _) = await StartAsync(mesh, far);
        using var client = new UdpClientSocket(forward.Address);
        foreach (var size in (int[])[0, 1, 511, 1472, 9000, 60_000])
        {
            var sent = RandomNumberGenerator.GetBytes(size);
            var received = await client.AskAsync(sent);
            Assert.True(sent.AsSpan().SequenceEqual(received.AsSpan("dns:".Length)), $"{size} bytes");
        }

        await here.Proxy.CloseForwardAsync(forward.Id);
    }

    [Fact]
    public async Task Longer_datagrams_than_the_limit_are_dropped_and_counted()
    {
        await using var mesh = new TestMesh();
        var (forward, here, _) = await StartAsync(mesh, far: false, new ProxyOptions { MaxDatagram = 512 });
        using var client = new UdpClientSocket(forward.Address);
        await client.SendAsync(new byte[513]);
        await Eventually.HoldsAsync(() => here.Meters.Sum("skerry.proxy.datagrams.dropped") == 1);
        // An answer can be too long as well: the service adds its name.
        await client.SendAsync(new byte[510]);
        await Eventually.HoldsAsync(() => here.Meters.Sum("skerry.proxy.datagrams.dropped") == 2);
        Assert.Equal("dns:short", await client.AskAsync("short"));
        await here.Proxy.CloseForwardAsync(forward.Id);
    }

    [Fact]
    public async Task More_clients_than_the_limit_get_nothing_until_one_is_idle_for_long_enough()
    {
        var time = new ManualTime();
        await using var mesh = new TestMesh(time);
        var (forward, here, _) = await StartAsync(mesh, far: false, new ProxyOptions { MaxConnections = 1, UdpIdleTimeout = TimeSpan.FromSeconds(30) });
        using var first = new UdpClientSocket(forward.Address);
        Assert.Equal("dns:x", await first.AskAsync("x"));
        using var second = new UdpClientSocket(forward.Address);
        await second.SendAsync([1]);
        await Eventually.HoldsAsync(() => here.Meters.Sum("skerry.proxy.datagrams.dropped") == 1);
        time.Advance(TimeSpan.FromSeconds(31));
        await Eventually.HoldsAsync(() => here.Proxy.Forwards.Single().Open == 0);
        Assert.Equal("dns:y", await second.AskAsync("y"));
        await here.Proxy.CloseForwardAsync(forward.Id);
    }

    [Fact]
    public async Task When_an_instances_host_says_nobody_listens_the_next_datagram_goes_to_another()
    {
        await using var mesh = new TestMesh();
        var here = await mesh.AddAsync("here");
        await here.RegisterAsync("dns", 9, id: "a-dead", address: "127.9.9.9"); // nobody's address
        await here.RegisterAsync("dns", mesh.Add(new UdpService("well:")).Port, id: "b-well");
        var forward = await OpenAsync(here);
        for (var i = 0; i < 3; i++)
        {
            using var client = new UdpClientSocket(forward.Address);
            Assert.Equal("well:x", await client.AskAsync("x"));
        }

        await here.Proxy.CloseForwardAsync(forward.Id);
    }

    [Fact]
    public async Task What_is_sent_to_a_service_that_nobody_runs_is_dropped_with_one_attempt_for_a_burst()
    {
        var time = new ManualTime();
        await using var mesh = new TestMesh(time);
        var here = await mesh.AddAsync("here");
        var forward = await OpenAsync(here);
        using var client = new UdpClientSocket(forward.Address);
        for (var i = 0; i < 10; i++) await client.SendAsync([1]);
        await Eventually.HoldsAsync(() => here.Meters.Sum("skerry.proxy.refusals") == 1 && time.Armed > 0);
        time.Advance(TimeSpan.FromSeconds(2));
        await Eventually.HoldsAsync(() => here.Proxy.Forwards.Single() is { Open: 0, Opened: 1, Failed: 1 });
    }

    private static async Task<(ForwardState Forward, TestNode Here, UdpService Service)> StartAsync(TestMesh mesh, bool far, ProxyOptions? options = null)
    {
        var here = await mesh.AddAsync("here");
        var there = await mesh.AddAsync("there", far ? "shore" : "reef");
        var service = mesh.Add(new UdpService("dns:"));
        await there.RegisterAsync("dns", service.Port, exported: true);
        await Eventually.HoldsAsync(() => mesh.SnapshotOf(here) is var seen && seen.Instances("dns").Concat(seen.Groups.Values.SelectMany(group => group.Instances("dns"))).Any());
        if (options is not null) await here.Proxy.StartAsync(options, CancellationToken.None);
        return (await OpenAsync(here), here, service);
    }

    private static Task<ForwardState> OpenAsync(TestNode node) => node.Proxy.OpenForwardAsync(
        new ForwardOptions { Service = "dns", Listen = new IPEndPoint(IPAddress.Loopback, 0), Network = ServiceNetwork.Udp, Policy = BalancingPolicy.RoundRobin }, CancellationToken.None);
}
