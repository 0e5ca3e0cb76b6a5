namespace Skerry.Libp2p.Tests;

/// <summary>A DHT of real hosts over real sockets.</summary>
public sealed class DhtTests
{
    private static readonly DhtKey Key = DhtKey.OfRendezvous("here");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_one_provides_another_finds_though_the_two_never_met()
    {
        var hosts = await RingAsync(6);
        await using var client = await StartAsync(DhtMode.Client);
        await client.ConnectAsync(hosts[3].Addresses[0], Cancel);
        await UntilAsync("the client knows a node", () => client.Dht!.Nodes > 0);

        Assert.InRange(await client.Dht!.ProvideAsync(Key, Cancel), 1, 6);
        await UntilAsync("the record is held", () => hosts.Sum(host => host.Dht!.Records) > 0);
        var found = await hosts[0].Dht!.FindProvidersAsync(Key, 1, Cancel).ToListAsync(Cancel);
        Assert.Equal(client.PeerId, Assert.Single(found).Peer);
        var wanted = await client.Dht.FindPeerAsync(hosts[0].PeerId, Cancel);
        Assert.Equal(hosts[0].Addresses[0].WithoutPeer(), Assert.Single(wanted!.Addresses));
        Assert.Equal(hosts[0].PeerId, await client.ConnectAsync(wanted.Addresses[0].WithPeer(wanted.Peer), Cancel));
        Assert.DoesNotContain(hosts, host => host.Dht!.Nodes > 5);
        foreach (var host in hosts) await host.DisposeAsync();
    }

    [Fact]
    public async Task A_peer_that_only_a_relay_reaches_is_found_by_its_way_through_it_while_there_is_one()
    {
        await using var relay = await StartAsync(DhtMode.Server, change: options => options with { Relay = new RelayOptions() });
        await using var hidden = await StartAsync(DhtMode.Client, change: options => options with { Listen = [] });
        await using var seeker = await StartAsync(DhtMode.Client, change: options => options with { Listen = [] });
        await hidden.ReserveAsync(await hidden.ConnectAsync(relay.Addresses[0], Cancel), Cancel);
        await seeker.ConnectAsync(relay.Addresses[0], Cancel);
        await UntilAsync("both know the relay", () => hidden.Dht!.Nodes == 1 && seeker.Dht!.Nodes == 1);

        Assert.Equal(1, await hidden.Dht!.ProvideAsync(Key, Cancel));
        var found = Assert.Single(await seeker.Dht!.FindProvidersAsync(Key, 1, Cancel).ToListAsync(Cancel));
        var way = Assert.Single(found.Addresses);
        Assert.Equal(hidden.PeerId, await seeker.ConnectAsync(way.WithPeer(found.Peer), Cancel));

        await relay.DisposeAsync();
        await UntilAsync("the relay is gone", () => hidden.Connections.All(connection => connection.Peer != relay.PeerId));
        await using var other = await StartAsync(DhtMode.Server);
        await hidden.ConnectAsync(other.Addresses[0], Cancel);
        await UntilAsync("the record is at the other", () => other.Dht!.Records == 1);
        Assert.Empty(Assert.Single(await other.Dht!.FindProvidersAsync(Key, 1, Cancel).ToListAsync(Cancel)).Addresses);
    }

    [Fact]
    public async Task A_peer_nobody_knows_is_not_found()
    {
        var hosts = await RingAsync(3);
        Assert.Null(await hosts[0].Dht!.FindPeerAsync(IdentityKey.Generate().PeerId, Cancel));
        foreach (var host in hosts) await host.DisposeAsync();
    }

    [Fact]
    public async Task A_node_that_becomes_a_server_enters_the_tables_of_others_and_leaves_them_as_a_client()
    {
        await using var one = await StartAsync(DhtMode.Server);
        await using var other = await StartAsync(DhtMode.Client);
        await other.ConnectAsync(one.Addresses[0], Cancel);
        await UntilAsync("the client knows the server", () => other.Dht!.Nodes == 1);
        Assert.Equal(0, one.Dht!.Nodes);
        await other.Dht!.SetModeAsync(DhtMode.Server, Cancel);
        await UntilAsync("the server knows the other", () => one.Dht.Nodes == 1);
        await other.Dht.SetModeAsync(DhtMode.Client, Cancel);
        await UntilAsync("the server has dropped the client", () => one.Dht.Nodes == 0);
    }

    [Fact]
    public async Task A_node_that_others_reach_becomes_a_server()
    {
        await using var one = await StartAsync(DhtMode.Server, change: options => options with { Autonat = new AutonatOptions { Interval = TimeSpan.Zero } });
        await using var other = await StartAsync(
            DhtMode.Client,
            change: options => options with { Autonat = new AutonatOptions { Interval = TimeSpan.Zero }, Dht = options.Dht! with { FollowsReachability = true } });
        await other.GetInfoAsync(await other.ConnectAsync(one.Addresses[0], Cancel), Cancel);
        Assert.Equal(Reachability.Public, await other.ProbeAsync(Cancel));
        await UntilAsync("it is a server, and known as one", () => other.Dht!.Mode == DhtMode.Server && one.Dht!.Nodes == 1);
    }

    [Fact]
    public async Task Nodes_of_another_namespace_are_none()
    {
        await using var one = await StartAsync(DhtMode.Server);
        await using var other = await StartAsync(DhtMode.Server, "/other/kad/1.0.0");
        var peer = await other.ConnectAsync(one.Addresses[0], Cancel);
        await other.GetInfoAsync(peer, Cancel);
        Assert.Equal(0, await other.Dht!.ProvideAsync(Key, Cancel));
        Assert.Equal(0, other.Dht.Nodes);
    }

    [Fact]
    public async Task Garbage_ends_its_stream_and_nothing_else()
    {
        await using var node = await StartAsync(DhtMode.Server);
        await using var hostile = await StartAsync(DhtMode.Client);
        var peer = await hostile.ConnectAsync(node.Addresses[0], Cancel);
        byte[][] garbage = [[3, 255, 255, 255], [255, 255, 255, 255, 127], [0], [4, 8, 5, 8, 99], [2, 8, 0]];
        foreach (var bytes in garbage)
        {
            await using var stream = await hostile.OpenAsync(peer, [new DhtOptions().Protocol], Cancel);
            await stream.WriteAsync(bytes, Cancel);
            await Assert.ThrowsAsync<Libp2pException>(async () => await stream.ReadExactlyAsync(new byte[1], Cancel));
        }

        Assert.True(await hostile.PingAsync(peer, Cancel) > TimeSpan.Zero);
    }

    [Fact]
    public async Task A_query_of_a_host_that_stops_ends()
    {
        await using var silent = await StartAsync(DhtMode.Client);
        silent.Handle("/skerry/kad/1.0.0", (_, cancel) => Task.Delay(Timeout.Infinite, cancel)); // never answers
        var host = await StartAsync(DhtMode.Client);
        await host.ConnectAsync(silent.Addresses[0], Cancel);
        await UntilAsync("the silent node is known", () => host.Dht!.Nodes == 1);
        var query = host.Dht!.FindPeerAsync(IdentityKey.Generate().PeerId, Cancel);
        await host.DisposeAsync();
        await Assert.ThrowsAsync<Libp2pException>(() => query);
    }

    /// <summary>Hosts that each connect to the one before.</summary>
    private static async Task<List<Libp2pHost>> RingAsync(int count)
    {
        var hosts = new List<Libp2pHost>();
        for (var i = 0; i < count; i++)
        {
            hosts.Add(await StartAsync(DhtMode.Server));
            if (i > 0) await hosts[i].ConnectAsync(hosts[i - 1].Addresses[0], Cancel);
        }

        await UntilAsync("all know somebody", () => hosts.All(host => host.Dht!.Nodes > 0));
        return hosts;
    }

    private static Task<Libp2pHost> StartAsync(DhtMode mode, string protocol = "/skerry/kad/1.0.0", Func<Libp2pOptions, Libp2pOptions>? change = null)
    {
        var options = new Libp2pOptions
        {
            Identity = IdentityKey.Generate(),
            Listen = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")],
            Dht = new DhtOptions { Mode = mode, Protocol = protocol },
        };
        return TestHosts.BeginAsync(change?.Invoke(options) ?? options);
    }

    private static async Task UntilAsync(string what, Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!holds())
        {
            Assert.False(limit.IsCancellationRequested, $"Did not come: {what}.");
            await Task.Delay(5, Cancel); // between two polls of the condition
        }
    }
}
