using System.Net;

namespace Skerry.Libp2p.Tests;

/// <summary>A machine that has other addresses than before.</summary>
public sealed class NetworkChangeTests
{
    private static readonly IPAddress Left = IPAddress.Parse("127.0.0.2");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connections_from_an_address_that_is_gone_end_at_once_and_no_others()
    {
        await using var peer = await TestHosts.StartAsync();
        await using var other = await TestHosts.StartAsync();
        await using var host = await TestHosts.StartAsync(options => options with { Listen = [Multiaddr.Parse("/ip4/127.0.0.2/tcp/0")], HolePunching = false });
        // Who is called there has that address at its end; who calls from here, the system's choice.
        await peer.ConnectAsync(host.Addresses[0], Cancel);
        await host.ConnectAsync(other.Addresses[0], Cancel);
        await TestHosts.UntilAsync("both connections", () => host.Connections.Count == 2);
        await using var stream = await host.OpenAsync(peer.PeerId, ["/ipfs/ping/1.0.0"], Cancel);
        var changes = 0;
        host.NetworkChanged += () => changes++;

        host.Leave(address => !address.Equals(Left));
        Assert.Equal(1, changes);
        Assert.Equal(other.PeerId, Assert.Single(host.Connections).Peer);
        var broken = await Assert.ThrowsAsync<Libp2pException>(async () => await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, Cancel));
        Assert.Contains("left 127.0.0.2", broken.ToString(), StringComparison.Ordinal);
        await host.PingAsync(other.PeerId, Cancel);
    }

    [Fact]
    public async Task What_goes_through_a_relay_ends_with_the_way_to_the_relay()
    {
        await using var relay = await TestHosts.StartAsync(options => options with { Relay = new RelayOptions() });
        await using var called = await TestHosts.StartAsync(options => options with { HolePunching = false });
        await using var caller = await TestHosts.StartAsync(options => options with { HolePunching = false });
        await caller.DialAsync(await TestHosts.ReserveAsync(called, relay), Cancel);
        Assert.Equal(2, caller.Connections.Count);
        caller.Leave(_ => false);
        await TestHosts.UntilAsync("all connections over", () => caller.Connections.Count == 0);
    }
}
