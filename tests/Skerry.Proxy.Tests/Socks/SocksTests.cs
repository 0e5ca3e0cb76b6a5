using System.Net;
using System.Text;

using Skerry.Catalog.Tests;
using Skerry.Replication.Tests;

namespace Skerry.Proxy.Tests.Socks;

/// <summary>SOCKS 5 clients with real sockets.</summary>
public sealed class SocksTests
{
    private const int NotAllowed = 2, HostUnreachable = 4, Refused = 5, CommandNotSupported = 7, AddressNotSupported = 8;

    [Theory]
    [InlineData("orders")]
    [InlineData("orders@reef")]
    [InlineData("orders.service.skerry")]
    [InlineData("orders.service.reef.skerry")]
    [InlineData("stock")]
    [InlineData("stock@shore")]
    [InlineData("stock.service.shore.skerry.")]
    public async Task A_service_is_reached_by_any_of_its_names(string name)
    {
        await using var mesh = new TestMesh();
        var (_, socks) = await StartAsync(mesh);
        var (client, reply, _) = await SocksClient.AskAsync(socks, SocksClient.Connect, name, 1);
        Assert.Equal(0, reply);
        var greeting = name.Split('.', '@')[0] + ":";
        Assert.Equal(greeting, await client.ReadTextAsync(greeting.Length));
        await client.SendAsync("hello"u8.ToArray());
        Assert.Equal("hello", await client.ReadTextAsync(5));
        client.Dispose();
    }

    [Fact]
    public async Task A_client_of_another_make_gets_its_page_through_it()
    {
        await using var mesh = new TestMesh();
        var (node, socks) = await StartAsync(mesh, new SocksOptions { User = "till", Password = "sesame" });
        var page = mesh.Add(TcpService.Of(async (stream, cancellation) =>
        {
            using var request = new StreamReader(stream, leaveOpen: true);
            while (await request.ReadLineAsync(cancellation) is { Length: > 0 })
            {
                // The head of the request.
            }

            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"u8.ToArray(), cancellation);
        }));
        await node.RegisterAsync("page", page.Port);
        using var http = new HttpClient(new SocketsHttpHandler { Proxy = new WebProxy($"socks5://{socks}") { Credentials = new NetworkCredential("till", "sesame") } });
        Assert.Equal("hello", await http.GetStringAsync("http://page.service.skerry/").WaitAsync(TestClient.Limit));
        using var stranger = new HttpClient(new SocketsHttpHandler { Proxy = new WebProxy($"socks5://{socks}") { Credentials = new NetworkCredential("till", "wrong") } });
        await Assert.ThrowsAsync<HttpRequestException>(() => stranger.GetStringAsync("http://page.service.skerry/"));
    }

    [Theory]
    [InlineData("absent", 80, SocksClient.Connect, HostUnreachable)]
    [InlineData("absent@shore", 80, SocksClient.Connect, HostUnreachable)]
    [InlineData("secret@shore", 80, SocksClient.Connect, HostUnreachable)]
    [InlineData("example.org", 80, SocksClient.Connect, HostUnreachable)]
    [InlineData("", 80, SocksClient.Connect, HostUnreachable)]
    [InlineData("@", 80, SocksClient.Connect, HostUnreachable)]
    [InlineData("dead", 80, SocksClient.Connect, Refused)]
    [InlineData("127.0.0.1", 22, SocksClient.Connect, AddressNotSupported)]
    [InlineData("::1", 22, SocksClient.Connect, AddressNotSupported)]
    [InlineData("here", 22, SocksClient.Connect, NotAllowed)]
    [InlineData("there.node.shore.skerry", 22, SocksClient.Connect, NotAllowed)]
    [InlineData("orders", 80, SocksClient.Bind, CommandNotSupported)]
    [InlineData("orders", 80, (byte)9, CommandNotSupported)]
    public async Task What_is_no_service_is_refused_by_its_reason(string host, int port, byte command, int reply)
    {
        await using var mesh = new TestMesh();
        var (node, socks) = await StartAsync(mesh);
        await node.RegisterAsync("dead", TcpService.UnusedPort());
        var (client, code, _) = await SocksClient.AskAsync(socks, command, host, port);
        Assert.Equal(reply, code);
        Assert.Empty(await client.ReadToEndAsync());
        client.Dispose();
    }

    [Fact]
    public async Task Where_nodes_are_allowed_only_ports_of_registered_services_are_reached()
    {
        await using var mesh = new TestMesh();
        var (node, socks) = await StartAsync(mesh, new SocksOptions { AllowNodes = true });
        var there = mesh.Nodes["there"];
        var unregistered = mesh.Add(TcpService.Echo("hidden"));
        var secret = there.Catalog.Current.Instances("secret").Single().Service.Port;
        var (orders, stock) = (node.Catalog.Current.Instances("orders").Single().Service.Port, there.Catalog.Current.Instances("stock").Single().Service.Port);
        foreach (var (host, port, reply) in ((string, int, int)[])
            [("here", orders, 0), ("here.node.skerry", orders, 0), ("there", stock, 0), ("there.node.shore.skerry", stock, 0),
             ("here", unregistered.Port, NotAllowed), ("there", secret, NotAllowed), ("nowhere", orders, HostUnreachable)])
        {
            var (client, code, _) = await SocksClient.AskAsync(socks, SocksClient.Connect, host, port);
            Assert.True(reply == code, $"{host}:{port} gave {code}");
            client.Dispose();
        }

        Assert.Equal(0, unregistered.Connections);
    }

    [Theory]
    [InlineData("till", "sesame", true)]
    [InlineData("till", "wrong", false)]
    [InlineData("", "sesame", false)]
    [InlineData(null, null, false)]
    public async Task Where_a_password_is_set_nobody_gets_anything_without_it(string? user, string? password, bool isServed)
    {
        await using var mesh = new TestMesh();
        var (node, socks) = await StartAsync(mesh, new SocksOptions { User = "till", Password = "sesame" });
        if (isServed)
        {
            var (client, reply, _) = await SocksClient.AskAsync(socks, SocksClient.Connect, "orders", 1, user, password);
            Assert.Equal(0, reply);
            client.Dispose();
            return;
        }

        using var refused = await SocksClient.GreetAsync(socks, user, password);
        await Eventually.HoldsAsync(() => node.Meters.Sum("skerry.proxy.refusals") == 1);
        try
        {
            Assert.Empty(await refused.ReadToEndAsync());
        }
        catch (System.Net.Sockets.SocketException)
        {
            // Cut off, which is an answer too.
        }
    }

    [Fact]
    public async Task A_client_that_says_nothing_is_let_go()
    {
        var time = new ManualTime();
        await using var mesh = new TestMesh(time);
        var (_, socks) = await StartAsync(mesh);
        using var client = await TestClient.ConnectAsync(socks);
        await client.SendAsync(new byte[] { 5, 1 });
        await Eventually.HoldsAsync(() => time.Armed > 0);
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.True(await client.IsResetAsync());
    }

    [Fact]
    public async Task Datagrams_are_associated_with_a_connection_and_go_when_it_goes()
    {
        await using var mesh = new TestMesh();
        var (node, socks) = await StartAsync(mesh);
        await node.RegisterAsync("dns", mesh.Add(new UdpService("dns:")).Port);
        var (control, reply, relay) = await SocksClient.AskAsync(socks, SocksClient.Associate, "0.0.0.0", 0);
        Assert.Equal(0, reply);
        using var client = new UdpClientSocket(relay);
        byte[] head = [0, 0, 0, .. SocksClient.Address("dns", 53)];
        await client.SendAsync([.. head, .. "hello"u8]);
        var answer = await client.ReceiveAsync();
        Assert.Equal([.. head, .. "dns:hello"u8], answer);

        // A piece of a larger one, a stranger's, and one for what is no service are dropped.
        await client.SendAsync([0, 0, 1, .. SocksClient.Address("dns", 53), 1]);
        using var stranger = new UdpClientSocket(relay);
        await stranger.SendAsync([.. head, 1]);
        await client.SendAsync([0, 0, 0, .. SocksClient.Address("127.0.0.1", 53), 1]);
        await client.SendAsync([0, 0]);
        await Eventually.HoldsAsync(() => node.Meters.Sum("skerry.proxy.datagrams.dropped") == 4);
        await client.SendAsync([.. head, .. "again"u8]);
        Assert.Equal("dns:again", Encoding.UTF8.GetString((await client.ReceiveAsync())[head.Length..]));
        Assert.Equal(1, node.Proxy.OpenFlows);
        control.Dispose();
        await Eventually.HoldsAsync(() => node.Proxy.OpenFlows == 0);
    }

    private static async Task<(TestNode Node, IPEndPoint Socks)> StartAsync(TestMesh mesh, SocksOptions? options = null)
    {
        var (here, there) = (await mesh.AddAsync("here"), await mesh.AddAsync("there", "shore"));
        await here.RegisterAsync("orders", mesh.Add(TcpService.Echo("orders")).Port);
        await there.RegisterAsync("stock", mesh.Add(TcpService.Echo("stock")).Port, exported: true);
        await there.RegisterAsync("secret", mesh.Add(TcpService.Echo("secret")).Port);
        await here.Proxy.StartAsync(
            new ProxyOptions { Dns = new DnsOptions { Enable = false }, Socks = (options ?? new SocksOptions()) with { Listen = new IPEndPoint(IPAddress.Loopback, 0) } }, CancellationToken.None);
        return (here, here.Proxy.SocksAddress!);
    }
}
