using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

using Skerry.Catalog;
using Skerry.Catalog.Tests;
using Skerry.Replication.Tests;

namespace Skerry.Proxy.Tests;

/// <summary>Clients that connect to a forward, with real catalogs and sockets.</summary>
public sealed class TcpForwardTests
{
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);

    [Fact]
    public async Task A_forward_leads_to_an_instance_on_another_node_of_the_group()
    {
        await using var mesh = new TestMesh();
        var (here, there) = (await mesh.AddAsync("here"), await mesh.AddAsync("there"));
        await there.RegisterAsync("orders", mesh.Add(TcpService.Echo("orders")).Port);
        await Eventually.HoldsAsync(() => here.Catalog.Current.Instances("orders").Length == 1);
        var forward = await OpenAsync(here, "orders");
        Assert.Equal("orders:hello", await TestClient.AskAsync(forward.Address, "hello"));
        Assert.Empty(here.Dialer.Dialed);
        await Eventually.HoldsAsync(() => here.Meters.Sum("skerry.proxy.bytes") == "hello".Length + "orders:hello".Length);
    }

    [Fact]
    public async Task A_forward_leads_to_an_exported_instance_of_another_group_through_its_node()
    {
        await using var mesh = new TestMesh();
        var (here, there) = (await mesh.AddAsync("here"), await mesh.AddAsync("there", "shore"));
        await there.RegisterAsync("orders", mesh.Add(TcpService.Echo("orders")).Port, exported: true);
        Assert.Equal("orders:by group", await TestClient.AskAsync((await OpenAsync(here, "orders", "shore")).Address, "by group"));
        Assert.Equal("orders:by name", await TestClient.AskAsync((await OpenAsync(here, "orders")).Address, "by name"));
        Assert.Equal(["there", "there"], here.Dialer.Dialed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_direction_ends_by_itself(bool far)
    {
        await using var mesh = new TestMesh();
        var here = await mesh.AddAsync("here");
        var there = await mesh.AddAsync("there", far ? "shore" : "reef");
        // Answers only when the client has ended, and goes on long after it.
        var service = mesh.Add(TcpService.Of(async (stream, cancellation) =>
        {
            using var all = new MemoryStream();
            await stream.CopyToAsync(all, cancellation);
            await stream.WriteAsync(new byte[1_000_000], cancellation);
            await stream.WriteAsync(all.ToArray(), cancellation);
        }));
        await there.RegisterAsync("orders", service.Port, exported: true);
        await SeenAsync(mesh, here, "orders");
        var answer = await TestClient.AskAsync((await OpenAsync(here, "orders")).Address, "the end");
        Assert.Equal(1_000_000 + "the end".Length, answer.Length);
        Assert.EndsWith("the end", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Many_bytes_arrive_both_ways_unchanged(bool far)
    {
        await using var mesh = new TestMesh();
        var here = await mesh.AddAsync("here");
        var there = await mesh.AddAsync("there", far ? "shore" : "reef");
        await there.RegisterAsync("orders", mesh.Add(TcpService.Echo("")).Port, exported: true);
        await SeenAsync(mesh, here, "orders");
        using var client = await TestClient.ConnectAsync((await OpenAsync(here, "orders")).Address);
        var sent = RandomNumberGenerator.GetBytes(8_000_000);
        var sending = client.SendAsync(sent);
        Assert.Equal(":", await client.ReadTextAsync(1));
        var received = await client.ReadAsync(sent.Length);
        await sending;
        Assert.True(sent.AsSpan().SequenceEqual(received));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_service_that_does_not_read_holds_the_client_back(bool far)
    {
        await using var mesh = new TestMesh();
        var here = await mesh.AddAsync("here");
        var there = await mesh.AddAsync("there", far ? "shore" : "reef");
        var service = mesh.Add(TcpService.Of((_, cancellation) => Task.Delay(Timeout.Infinite, cancellation))); // until the test is over
        await there.RegisterAsync("orders", service.Port, exported: true);
        await SeenAsync(mesh, here, "orders");
        using var client = await TestClient.ConnectAsync((await OpenAsync(here, "orders")).Address);
        client.Socket.SendBufferSize = 64 * 1024;
        using var limit = new CancellationTokenSource();
        long sent = 0;
        try
        {
            var piece = new byte[64 * 1024];
            while (sent < 200_000_000)
            {
                limit.CancelAfter(TimeSpan.FromSeconds(1)); // for each piece: on the slowest machine the next is taken sooner, if it is taken
                sent += await client.Socket.SendAsync(piece, SocketFlags.None, limit.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Held back, as it should be.
        }

        // What the sockets of the system hold, and a piece for each direction: far from all of it.
        Assert.InRange(sent, 1, 60_000_000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_service_that_breaks_off_breaks_the_client_off(bool far)
    {
        await using var mesh = new TestMesh();
        var here = await mesh.AddAsync("here");
        var there = await mesh.AddAsync("there", far ? "shore" : "reef");
        var service = mesh.Add(TcpService.Of(async (stream, cancellation) =>
        {
            await stream.ReadExactlyAsync(new byte[1], cancellation);
            stream.Socket.LingerState = new LingerOption(true, 0);
            stream.Socket.Dispose();
        }));
        await there.RegisterAsync("orders", service.Port, exported: true);
        await SeenAsync(mesh, here, "orders");
        using var client = await TestClient.ConnectAsync((await OpenAsync(here, "orders")).Address);
        await client.SendAsync(new byte[1]);
        Assert.True(await client.IsResetAsync());
    }

    [Fact]
    public async Task Another_instance_is_tried_when_one_cannot_be_reached_and_then_it_comes_last()
    {
        await using var mesh = new TestMesh();
        var here = await mesh.AddAsync("here");
        var service = mesh.Add(TcpService.Echo("well"));
        await here.RegisterAsync("orders", TcpService.UnusedPort(), id: "dead");
        await here.RegisterAsync("orders", service.Port, id: "well");
        var forward = await OpenAsync(here, "orders", policy: BalancingPolicy.RoundRobin);
        for (var i = 0; i < 6; i++) Assert.Equal("well:x", await TestClient.AskAsync(forward.Address, "x"));
        Assert.Equal(1, here.Meters.Sum("skerry.proxy.dial.failures"));
    }

    [Fact]
    public async Task When_the_own_group_fails_the_nearest_other_group_is_tried()
    {
        await using var mesh = new TestMesh();
        var here = await mesh.AddAsync("here");
        var (far, near) = (await mesh.AddAsync("far", "atoll"), await mesh.AddAsync("near", "shore"));
        here.Distances.Set("far", 80);
        here.Distances.Set("near", 20);
        await here.RegisterAsync("orders", TcpService.UnusedPort());
        await far.RegisterAsync("orders", mesh.Add(TcpService.Echo("far")).Port, exported: true);
        await near.RegisterAsync("orders", mesh.Add(TcpService.Echo("near")).Port, exported: true);
        Assert.Equal("near:x", await TestClient.AskAsync((await OpenAsync(here, "orders")).Address, "x"));
    }

    [Fact]
    public async Task A_group_whose_instances_all_fail_is_left_for_another_and_then_not_tried_first()
    {
        await using var mesh = new TestMesh();
        var (here, there) = (await mesh.AddAsync("here"), await mesh.AddAsync("there", "shore"));
        for (var i = 0; i < 5; i++) await here.RegisterAsync("orders", TcpService.UnusedPort(), id: $"dead-{i}");
        await there.RegisterAsync("orders", mesh.Add(TcpService.Echo("far")).Port, exported: true);
        var forward = await OpenAsync(here, "orders", policy: BalancingPolicy.RoundRobin);
        for (var i = 0; i < 4; i++) Assert.Equal("far:x", await TestClient.AskAsync(forward.Address, "x"));
        // Three of the five by the first client, the other two by the second; then nobody waits for them.
        Assert.Equal(5, here.Meters.Sum("skerry.proxy.dial.failures"));
    }

    [Fact]
    public async Task A_client_for_whom_nobody_is_there_is_cut_off_at_once()
    {
        await using var mesh = new TestMesh();
        var here = await mesh.AddAsync("here");
        var forward = await OpenAsync(here, "orders");
        Assert.True(await TestClient.IsRefusedAsync(forward.Address));
        await Eventually.HoldsAsync(() => here.Proxy.Forwards.Single() is { Instances: 0, Opened: 1, Failed: 1, Open: 0 });
    }

    [Fact]
    public async Task Instances_whose_checks_fail_get_nothing()
    {
        await using var mesh = new TestMesh();
        var here = await mesh.AddAsync("here");
        var check = new CheckDefinition { Id = "c", Name = "c", Type = CheckType.Ttl, TimeToLive = TimeSpan.FromMinutes(1), ServiceId = "ill", InitialStatus = CheckStatus.Critical };
        await here.RegisterAsync("orders", mesh.Add(TcpService.Echo("ill")).Port, id: "ill", checks: check);
        await here.RegisterAsync("orders", mesh.Add(TcpService.Echo("well")).Port, id: "well");
        var forward = await OpenAsync(here, "orders", policy: BalancingPolicy.RoundRobin);
        Assert.Equal(1, forward.Instances);
        for (var i = 0; i < 4; i++) Assert.Equal("well:x", await TestClient.AskAsync(forward.Address, "x"));
    }

    [Fact]
    public async Task More_connections_than_the_limit_are_refused_until_there_is_room()
    {
        await using var mesh = new TestMesh();
        var here = await mesh.AddAsync("here");
        await here.RegisterAsync("orders", mesh.Add(TcpService.Echo("orders")).Port);
        await here.Proxy.StartAsync(new ProxyOptions { MaxConnections = 2 }, CancellationToken.None);
        var forward = await OpenAsync(here, "orders");
        using (var first = await TestClient.ConnectAsync(forward.Address))
        using (var second = await TestClient.ConnectAsync(forward.Address))
        {
            await first.ReadAsync("orders:".Length);
            await second.ReadAsync("orders:".Length);
            Assert.True(await TestClient.IsRefusedAsync(forward.Address));
        }

        await Eventually.HoldsAsync(() => here.Proxy.Forwards.Single().Open == 0);
        Assert.Equal("orders:x", await TestClient.AskAsync(forward.Address, "x"));
    }

    [Fact]
    public async Task A_connection_on_which_nothing_moves_is_cut()
    {
        var time = new ManualTime();
        await using var mesh = new TestMesh(time);
        var here = await mesh.AddAsync("here");
        await here.RegisterAsync("orders", mesh.Add(TcpService.Echo("orders")).Port);
        await here.Proxy.StartAsync(new ProxyOptions { TcpIdleTimeout = TimeSpan.FromMinutes(5) }, CancellationToken.None);
        var forward = await OpenAsync(here, "orders");
        using var client = await TestClient.ConnectAsync(forward.Address);
        await client.ReadAsync("orders:".Length);
        time.Advance(TimeSpan.FromMinutes(4));
        await client.SendAsync("x"u8.ToArray());
        await client.ReadAsync(1);
        time.Advance(TimeSpan.FromMinutes(4));
        await client.SendAsync("y"u8.ToArray());
        await client.ReadAsync(1);
        time.Advance(TimeSpan.FromMinutes(6));
        Assert.True(await client.IsResetAsync());
    }

    [Fact]
    public async Task Accepting_does_not_wait_for_an_instance_that_does_not_answer()
    {
        var time = new ManualTime();
        await using var mesh = new TestMesh(time);
        var here = await mesh.AddAsync("here");
        using var silent = new SilentPort();
        await here.RegisterAsync("slow", silent.Port);
        var forward = await OpenAsync(here, "slow");
        var armed = time.Armed;
        using var waiting = await TestClient.ConnectAsync(forward.Address);
        await Eventually.HoldsAsync(() => time.Armed > armed); // the time that its dialling may take
        await here.RegisterAsync("slow", mesh.Add(TcpService.Echo("quick")).Port);
        Assert.Equal("quick:x", await TestClient.AskAsync(forward.Address, "x"));
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.True(await waiting.IsResetAsync());
        await Eventually.HoldsAsync(() => here.Meters.Sum("skerry.proxy.dial.failures") == 1);
    }

    [Fact]
    public async Task A_forward_that_closes_ends_what_it_carries()
    {
        await using var mesh = new TestMesh();
        var here = await mesh.AddAsync("here");
        await here.RegisterAsync("orders", mesh.Add(TcpService.Echo("orders")).Port);
        var forward = await OpenAsync(here, "orders");
        using var client = await TestClient.ConnectAsync(forward.Address);
        await client.ReadAsync("orders:".Length);
        Assert.True(await here.Proxy.CloseForwardAsync(forward.Id));
        Assert.True(await client.IsResetAsync());
        Assert.Empty(here.Proxy.Forwards);
        Assert.False(await here.Proxy.CloseForwardAsync(forward.Id));
        await Assert.ThrowsAsync<SocketException>(() => TestClient.ConnectAsync(forward.Address));
    }

    [Fact]
    public async Task New_options_keep_the_connections_of_forwards_that_stay()
    {
        await using var mesh = new TestMesh();
        var here = await mesh.AddAsync("here");
        await here.RegisterAsync("orders", mesh.Add(TcpService.Echo("orders")).Port);
        await here.RegisterAsync("stock", mesh.Add(TcpService.Echo("stock")).Port);
        var listen = new IPEndPoint(IPAddress.Parse("127.18.27.36"), 18273); // nobody else's
        var before = new ForwardOptions { Service = "orders", Listen = listen };
        await here.Proxy.StartAsync(new ProxyOptions { Forwards = [before] }, CancellationToken.None);
        using var client = await TestClient.ConnectAsync(listen);
        await client.ReadAsync("orders:".Length);
        var taken = new ForwardOptions { Service = "orders", Listen = new IPEndPoint(IPAddress.Loopback, mesh.Add(TcpService.Echo("")).Port) };
        await Assert.ThrowsAsync<ProxyException>(() => here.Proxy.ApplyAsync(new ProxyOptions { Forwards = [taken] }, CancellationToken.None));
        Assert.Equal(before, here.Proxy.Forwards.Single().Options);
        await here.Proxy.ApplyAsync(new ProxyOptions { Forwards = [before with { Service = "stock" }] }, CancellationToken.None);
        Assert.Equal("stock:x", await TestClient.AskAsync(listen, "x"));
        await client.SendAsync("still"u8.ToArray());
        Assert.Equal("still", await client.ReadTextAsync(5));
    }

    [Fact]
    public async Task An_address_open_to_the_network_needs_the_operators_word()
    {
        await using var mesh = new TestMesh();
        var here = await mesh.AddAsync("here");
        var open = new ForwardOptions { Service = "orders", Listen = new IPEndPoint(IPAddress.Any, 0) };
        var refused = await Assert.ThrowsAsync<ProxyException>(() => here.Proxy.OpenForwardAsync(open, CancellationToken.None));
        Assert.Contains("proxy.allowOpenListeners", refused.Message, StringComparison.Ordinal);
        await here.Proxy.StartAsync(new ProxyOptions { AllowOpenListeners = true }, CancellationToken.None);
        await here.Proxy.OpenForwardAsync(open, CancellationToken.None);
    }

    private static Task<ForwardState> OpenAsync(TestNode node, string service, string group = "", BalancingPolicy policy = BalancingPolicy.Nearest) =>
        node.Proxy.OpenForwardAsync(new ForwardOptions { Service = service, Group = group, Listen = AnyPort, Policy = policy }, CancellationToken.None);

    private static Task SeenAsync(TestMesh mesh, TestNode node, string service) =>
        Eventually.HoldsAsync(() => mesh.SnapshotOf(node) is var seen && seen.Instances(service).Concat(seen.Groups.Values.SelectMany(group => group.Instances(service))).Any());
}
