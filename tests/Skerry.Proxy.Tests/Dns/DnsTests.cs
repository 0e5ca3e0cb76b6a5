using System.Net;
using System.Net.Sockets;

using Skerry.Catalog;
using Skerry.Replication.Tests;

using static Skerry.Proxy.Tests.Dns.DnsClient;

namespace Skerry.Proxy.Tests.Dns;

/// <summary>Real queries over UDP and TCP.</summary>
public sealed class DnsTests
{
    private const int NameError = 3, Refused = 5;

    [Fact]
    public async Task A_services_name_is_answered_with_the_addresses_of_its_healthy_instances()
    {
        await using var mesh = new TestMesh();
        var (node, dns) = await StartAsync(mesh);
        await node.RegisterAsync("orders", 80, id: "a", address: "10.0.0.1");
        await node.RegisterAsync("orders", 80, id: "b", address: "10.0.0.2");
        await node.RegisterAsync("orders", 80, id: "c", address: "2001:db8::3");
        await node.RegisterAsync("orders", 80, id: "ill", address: "10.0.0.9", checks: Critical("ill"));
        foreach (var name in (string[])["orders.service.skerry", "orders.service.reef.skerry", "OrDeRs.SERVICE.Reef.sKeRrY"])
        {
            var reply = await AskAsync(dns, name, A);
            Assert.Equal((0x1234, 0, true, name), (reply.Id, reply.Code, reply.IsAuthoritative, reply.Question));
            Assert.Equal(["10.0.0.1", "10.0.0.2"], reply.Data);
            Assert.All(reply.Answers, answer => Assert.Equal((name, 1, 0u), (answer.Name, answer.Class, answer.Ttl)));
            Assert.Equal(["2001:db8::3"], (await AskAsync(dns, name, Aaaa)).Data);
        }

        Assert.Equal(["10.0.0.1", "10.0.0.2"], (await AskTcpAsync(dns, "orders.service.skerry", A)).Data);
    }

    [Fact]
    public async Task SRV_says_port_and_host_and_brings_the_hosts_address()
    {
        await using var mesh = new TestMesh();
        var (node, dns) = await StartAsync(mesh);
        await node.RegisterAsync("orders", 8080, id: "a", address: "");
        await node.RegisterAsync("orders", 8081, id: "b", address: "10.0.0.2");
        await node.RegisterAsync("orders", 8082, id: "c", address: "host.example");
        foreach (var name in (string[])["orders.service.skerry", "_orders._tcp.skerry", "_orders._tcp.service.skerry", "_orders._udp.reef.skerry", "_orders._tcp.service.reef.skerry"])
        {
            var reply = await AskAsync(dns, name, Srv);
            Assert.Equal(["8080 here.node.reef.skerry", "8081 0a000002.addr.reef.skerry", "8082 host.example"], reply.Data);
            Assert.Equal(["0a000002.addr.reef.skerry 10.0.0.2", "here.node.reef.skerry 127.0.0.1"], reply.Additional.Select(record => $"{record.Name} {record.Data}").Order(StringComparer.Ordinal));
        }

        Assert.Equal(["10.0.0.2"], (await AskAsync(dns, "0a000002.addr.reef.skerry", A)).Data);
        Assert.Equal(["127.0.0.1"], (await AskAsync(dns, "here.node.reef.skerry", A)).Data);
        Assert.Equal(5, (await AskAsync(dns, "orders.service.skerry", Any)).Answers.Count);
    }

    [Fact]
    public async Task Another_groups_exported_services_and_nodes_have_names_too()
    {
        await using var mesh = new TestMesh();
        var (_, dns) = await StartAsync(mesh);
        var there = await mesh.AddAsync("there", "shore");
        await there.RegisterAsync("orders", 80, address: "10.9.0.1", exported: true);
        await there.RegisterAsync("secret", 80, address: "10.9.0.2");
        Assert.Equal(["10.9.0.1"], (await AskAsync(dns, "orders.service.shore.skerry", A)).Data);
        Assert.Equal(["127.0.0.1"], (await AskAsync(dns, "there.node.shore.skerry", A)).Data);
        Assert.Equal(NameError, (await AskAsync(dns, "secret.service.shore.skerry", A)).Code);
        Assert.Equal(NameError, (await AskAsync(dns, "orders.service.skerry", A)).Code);
        Assert.Equal(NameError, (await AskAsync(dns, "there.node.skerry", A)).Code);
    }

    [Theory]
    [InlineData("absent.service.skerry", NameError)]
    [InlineData("absent.node.skerry", NameError)]
    [InlineData("service.skerry", NameError)]
    [InlineData("orders.skerry", NameError)]
    [InlineData("orders.service.atoll.skerry", NameError)]
    [InlineData("0a00000.addr.reef.skerry", NameError)]
    [InlineData("_orders._tcp.one.two.skerry", NameError)]
    [InlineData("ill.service.skerry", 0)]
    [InlineData("_ill._tcp.skerry", 0)]
    [InlineData("skerry", 0)]
    public async Task What_is_not_there_is_answered_with_the_domains_SOA(string name, int code)
    {
        await using var mesh = new TestMesh();
        var (node, dns) = await StartAsync(mesh);
        await node.RegisterAsync("ill", 80, checks: Critical("ill"));
        var reply = await AskAsync(dns, name, A);
        Assert.Equal((code, true), (reply.Code, reply.IsAuthoritative));
        Assert.Empty(reply.Answers);
        Assert.Equal(("skerry", Soa), (reply.Authorities.Single().Name, reply.Authorities.Single().Type));
    }

    [Fact]
    public async Task A_node_that_failed_is_in_no_answer()
    {
        await using var mesh = new TestMesh();
        var (here, dns) = await StartAsync(mesh);
        var there = await mesh.AddAsync("there");
        await there.RegisterAsync("orders", 80, address: "10.0.0.1");
        await Eventually.HoldsAsync(() => here.Catalog.Current.Instances("orders").Length == 1);
        Assert.Single((await AskAsync(dns, "orders.service.skerry", A)).Answers);
        here.Catalog.SetLiveness("there", "127.0.0.1", NodeLiveness.Failed);
        Assert.Empty((await AskAsync(dns, "orders.service.skerry", A)).Answers);
        Assert.Empty((await AskAsync(dns, "there.node.skerry", A)).Answers);
    }

    [Fact]
    public async Task An_answer_too_long_for_UDP_is_cut_short_and_whole_over_TCP()
    {
        await using var mesh = new TestMesh();
        var (node, dns) = await StartAsync(mesh);
        for (var i = 0; i < 100; i++) await node.RegisterAsync("orders", 80, id: $"i{i}", address: $"10.0.1.{i}");
        var plain = await AskAsync(dns, "orders.service.skerry", A);
        Assert.True(plain.IsTruncated);
        Assert.InRange(plain.Length, 400, 512);
        var wider = await AskAsync(dns, "orders.service.skerry", A, payload: 1232);
        Assert.True(wider.IsTruncated);
        Assert.InRange(wider.Length, 1100, 1232);
        Assert.Equal(41, wider.Additional.Single().Type);
        var widest = await AskAsync(dns, "orders.service.skerry", A, payload: 4096);
        Assert.Equal((false, 100), (widest.IsTruncated, widest.Answers.Count));
        var whole = await AskTcpAsync(dns, "orders.service.skerry", A);
        Assert.Equal((false, 100), (whole.IsTruncated, whole.Answers.Count));
    }

    [Fact]
    public async Task Answers_come_in_another_order_each_time()
    {
        await using var mesh = new TestMesh();
        var (node, dns) = await StartAsync(mesh);
        for (var i = 0; i < 8; i++) await node.RegisterAsync("orders", 80, id: $"i{i}", address: $"10.0.1.{i}");
        var orders = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 20; i++) orders.Add(string.Join(' ', (await AskAsync(dns, "orders.service.skerry", A)).Answers.Select(answer => answer.Data)));
        Assert.InRange(orders.Count, 10, 20);
    }

    [Fact]
    public async Task Names_outside_the_domain_are_refused_or_asked_of_others()
    {
        await using var mesh = new TestMesh();
        var (node, dns) = await StartAsync(mesh);
        Assert.Equal(Refused, (await AskAsync(dns, "example.org", A)).Code);
        Assert.Equal(Refused, (await AskAsync(dns, "notskerry", A)).Code);

        var (other, second) = await StartAsync(mesh, "other", new DnsOptions { Domain = "example.org", Listen = new IPEndPoint(IPAddress.Loopback, 0) });
        await other.RegisterAsync("web", 80, address: "192.0.2.7");
        var silent = new IPEndPoint(IPAddress.Parse("127.9.9.9"), 9); // nobody's address
        await node.Proxy.ApplyAsync(new ProxyOptions { Dns = new DnsOptions { Listen = dns, Recursors = [silent, second] } }, CancellationToken.None);
        var reply = await AskAsync(dns, "web.service.example.org", A);
        Assert.Equal((0x1234, "192.0.2.7"), (reply.Id, reply.Answers.Single().Data));
        Assert.Equal("192.0.2.7", (await AskTcpAsync(dns, "web.service.example.org", A)).Answers.Single().Data);
        await node.Proxy.ApplyAsync(new ProxyOptions { Dns = new DnsOptions { Listen = dns, Recursors = [silent] } }, CancellationToken.None);
        Assert.Equal(2, (await AskAsync(dns, "web.service.example.org", A)).Code);
    }

    [Fact]
    public async Task Who_listens_changes_with_the_options()
    {
        await using var mesh = new TestMesh();
        var (node, dns) = await StartAsync(mesh);
        await node.Proxy.ApplyAsync(new ProxyOptions { Dns = new DnsOptions { Listen = dns, Domain = "mesh", Ttl = TimeSpan.FromSeconds(30) } }, CancellationToken.None);
        await node.RegisterAsync("orders", 80, address: "10.0.0.1");
        Assert.Equal(30u, (await AskAsync(dns, "orders.service.mesh", A)).Answers.Single().Ttl);
        await node.Proxy.ApplyAsync(new ProxyOptions { Dns = new DnsOptions { Enable = false } }, CancellationToken.None);
        Assert.Null(node.Proxy.DnsAddress);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(dns);
        var taken = await Assert.ThrowsAsync<ProxyException>(() => node.Proxy.ApplyAsync(new ProxyOptions { Dns = new DnsOptions { Listen = dns } }, CancellationToken.None));
        Assert.Contains("another program does", taken.Message, StringComparison.Ordinal);
        var anywhere = new DnsOptions { Listen = new IPEndPoint(IPAddress.Any, 53) };
        var open = await Assert.ThrowsAsync<ProxyException>(() => node.Proxy.ApplyAsync(new ProxyOptions { Dns = anywhere }, CancellationToken.None));
        Assert.Contains("proxy.dns.listen", open.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nobody_said_where_to_listen_a_port_that_is_taken_is_no_reason_not_to_start()
    {
        await using var mesh = new TestMesh();
        var node = await mesh.AddAsync("here");
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var isHeld = true;
        try
        {
            socket.Bind(DnsOptions.DefaultListen);
        }
        catch (SocketException)
        {
            // Another agent of this host has it, which comes to the same unless it ends just now.
            isHeld = false;
        }

        await node.Proxy.StartAsync(new ProxyOptions(), CancellationToken.None);
        if (isHeld) Assert.Null(node.Proxy.DnsAddress);
    }

    [Fact]
    public async Task A_server_that_was_sent_rubbish_answers_the_next()
    {
        await using var mesh = new TestMesh();
        var (_, dns) = await StartAsync(mesh);
        using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))
        {
            await socket.ConnectAsync(dns);
            for (var i = 0; i < 200; i++)
            {
                var rubbish = new byte[Random.Shared.Next(0, 3000)];
                Random.Shared.NextBytes(rubbish);
                await socket.SendAsync(rubbish);
            }
        }

        using (var client = await TestClient.ConnectAsync(dns)) await client.SendAsync(new byte[] { 0, 3, 1, 2, 3 });
        Assert.Equal(NameError, (await AskAsync(dns, "absent.service.skerry", A)).Code);
        Assert.Equal(NameError, (await AskTcpAsync(dns, "absent.service.skerry", A)).Code);
    }

    private static CheckDefinition Critical(string service) =>
        new() { Id = "check-" + service, Name = "c", Type = CheckType.Ttl, TimeToLive = TimeSpan.FromMinutes(1), ServiceId = service, InitialStatus = CheckStatus.Critical };

    private static async Task<(TestNode Node, IPEndPoint Dns)> StartAsync(TestMesh mesh, string name = "here", DnsOptions? options = null)
    {
        var node = await mesh.AddAsync(name, name == "here" ? "reef" : "lagoon");
        await node.Proxy.StartAsync(new ProxyOptions { Dns = options ?? new DnsOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) } }, CancellationToken.None);
        return (node, node.Proxy.DnsAddress!);
    }
}
