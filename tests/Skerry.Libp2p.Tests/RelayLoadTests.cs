namespace Skerry.Libp2p.Tests;

/// <summary>Relays that have given out what they have.</summary>
public sealed class RelayLoadTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_relay_without_a_place_names_another_that_gives_one()
    {
        await using var other = await TestHosts.StartAsync(options => options with { Relay = new RelayOptions() });
        var asked = new List<PeerId>();
        var limits = new RelayOptions
        {
            MaxReservations = 1,
            Others = asker =>
            {
                asked.Add(asker);
                return [new PeerAddresses(other.PeerId, [other.Addresses[0].WithoutPeer()])];
            },
        };
        await using var relay = await TestHosts.StartAsync(options => options with { Relay = limits });
        await using var first = await TestHosts.StartAsync();
        await using var second = await TestHosts.StartAsync();
        await TestHosts.ReserveAsync(first, relay);
        Assert.Equal(1, relay.RelayLoad);
        var full = await Assert.ThrowsAsync<RelayFullException>(() => TestHosts.ReserveAsync(second, relay));
        Assert.Equal([second.PeerId], asked);

        var named = Assert.Single(full.Others);
        Assert.Equal(other.PeerId, await second.ConnectAsync(Assert.Single(named.Addresses).WithPeer(named.Peer), Cancel));
        await second.ReserveAsync(named.Peer, Cancel);
        await TestHosts.ReserveAsync(first, relay); // a refresh takes no place
    }

    [Fact]
    public async Task A_caller_beyond_the_last_circuit_hears_of_other_relays_and_who_is_there_goes_on()
    {
        var elsewhere = new PeerAddresses(IdentityKey.Generate().PeerId, [Multiaddr.Parse("/ip4/192.0.2.1/tcp/1")]);
        await using var relay = await TestHosts.StartAsync(options => options with { Relay = new RelayOptions { MaxCircuits = 1, Others = _ => [elsewhere] } });
        await using var called = await TestHosts.StartAsync();
        await using var first = await TestHosts.StartAsync(options => options with { HolePunching = false });
        await using var second = await TestHosts.StartAsync();
        var way = await TestHosts.ReserveAsync(called, relay);
        var circuit = await first.DialAsync(way, Cancel);
        var full = await Assert.ThrowsAsync<RelayFullException>(() => second.DialAsync(way, Cancel));
        Assert.Equal(elsewhere.Peer, Assert.Single(full.Others).Peer);
        Assert.True(await first.PingAsync(circuit, Cancel) > TimeSpan.Zero);
    }

    [Fact]
    public async Task Who_needs_its_place_no_more_gives_it_to_another()
    {
        await using var relay = await TestHosts.StartAsync(options => options with { Relay = new RelayOptions { MaxReservations = 1 } });
        await using var first = await TestHosts.StartAsync();
        await using var second = await TestHosts.StartAsync();
        await TestHosts.ReserveAsync(first, relay);
        await first.ReleaseAsync(first.Connections.Single(connection => connection.Peer == relay.PeerId), Cancel);
        Assert.Equal(0, relay.RelayLoad);
        await TestHosts.ReserveAsync(second, relay);
    }

    [Fact]
    public async Task What_circuits_carry_counts_where_the_line_has_a_limit()
    {
        await using var relay = await TestHosts.StartAsync(options => options with { Relay = new RelayOptions { MaxBytesPerSecond = 1 << 20 } });
        await using var called = await TestHosts.StartAsync(options => options with { HolePunching = false });
        await using var caller = await TestHosts.StartAsync(options => options with { HolePunching = false });
        called.Handle("/skerry/sink/1.0.0", (stream, cancel) => stream.CopyToAsync(Stream.Null, cancel));
        await caller.DialAsync(await TestHosts.ReserveAsync(called, relay), Cancel);
        await using var stream = await caller.OpenAsync(called.PeerId, ["/skerry/sink/1.0.0"], Cancel);
        var piece = new byte[1 << 20];
        // Five seconds' worth of the line, at once, and again: more than it takes.
        for (var i = 0; i < 40 && relay.RelayLoad < 1; i++) await stream.WriteAsync(piece, Cancel);
        await TestHosts.UntilAsync("the line to be full", () => relay.RelayLoad >= 1);
        await using var late = await TestHosts.StartAsync();
        await Assert.ThrowsAsync<RelayFullException>(() => TestHosts.ReserveAsync(late, relay));
    }
}
