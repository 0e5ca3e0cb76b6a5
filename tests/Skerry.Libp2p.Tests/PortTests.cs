using System.Net;

namespace Skerry.Libp2p.Tests;

/// <summary>The port a host calls from is the one it listens on.</summary>
public sealed class PortTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_is_called_sees_the_port_that_the_caller_listens_on()
    {
        await using var called = await TestHosts.StartAsync();
        await using var caller = await TestHosts.StartAsync();
        await caller.ConnectAsync(called.Addresses[0], Cancel);
        await TestHosts.UntilAsync("the connection at the listener", () => called.Connections.Count == 1);
        Assert.Equal(caller.Addresses[0].WithoutPeer(), called.Connections[0].Address);
    }

    [Fact]
    public async Task A_second_connection_between_two_hosts_takes_another_port()
    {
        await using var called = await TestHosts.StartAsync();
        await using var caller = await TestHosts.StartAsync();
        await caller.ConnectAsync(called.Addresses[0], Cancel);
        await caller.ConnectAsync(called.Addresses[0], Cancel);
        await TestHosts.UntilAsync("both connections at the listener", () => called.Connections.Count == 2);
        Assert.Equal(2, called.Connections.Select(connection => connection.Address).Distinct().Count());
    }

    [Fact]
    public async Task A_port_that_is_listened_on_is_refused_to_a_second_host()
    {
        await using var first = await TestHosts.StartAsync();
        var refused = await Assert.ThrowsAsync<Libp2pException>(() => TestHosts.StartAsync(options => options with { Listen = [first.Addresses[0].WithoutPeer()] }));
        Assert.Contains(first.Addresses[0].WithoutPeer().ToString(), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_is_free_again_for_the_next_host()
    {
        var first = await TestHosts.StartAsync();
        await using var called = await TestHosts.StartAsync();
        await first.ConnectAsync(called.Addresses[0], Cancel);
        var address = first.Addresses[0].WithoutPeer();
        await first.DisposeAsync();
        await using var next = await TestHosts.StartAsync(options => options with { Listen = [address] });
        Assert.Equal(called.PeerId, await next.ConnectAsync(called.Addresses[0], Cancel));
    }

    /// <summary>Goal: two hosts that call each other at the same moment, each from its listener's port, may find that TCP has made one channel of the two
    /// calls; still both calls succeed. Method: many such pairs.</summary>
    [Fact]
    public async Task Two_hosts_that_call_each_other_at_once_both_get_through()
    {
        for (var round = 0; round < 50; round++)
        {
            await using var one = await TestHosts.StartAsync();
            await using var other = await TestHosts.StartAsync();
            var peers = await Task.WhenAll(Task.Run(() => one.ConnectAsync(other.Addresses[0], Cancel)), Task.Run(() => other.ConnectAsync(one.Addresses[0], Cancel)));
            Assert.Equal([other.PeerId, one.PeerId], peers);
        }
    }

    [Fact]
    public async Task A_host_that_listens_everywhere_tells_addresses_that_can_be_dialled()
    {
        await using var everywhere = await TestHosts.StartAsync(options => options with { Listen = [Multiaddr.Parse("/ip4/0.0.0.0/tcp/0")] });
        Assert.NotEmpty(everywhere.Addresses);
        Assert.All(everywhere.Addresses, address => Assert.True(address.TryGetTcp(out var endPoint) && endPoint is IPEndPoint { Port: > 0 } ip && !ip.Address.Equals(IPAddress.Any)));
        await using var caller = await TestHosts.StartAsync(options => options with { Listen = [] });
        Assert.Equal(everywhere.PeerId, await caller.ConnectAsync(everywhere.Addresses[0], Cancel));
    }

    [Fact]
    public async Task Where_a_trusted_peer_sees_a_host_others_are_told_and_an_ephemeral_port_is_no_place()
    {
        await using var relay = await TestHosts.StartAsync();
        await using var told = await TestHosts.StartAsync();
        // It listens on another address than it calls from: that is how a NAT looks from outside.
        await using var seen = await TestHosts.StartAsync(options => options with { Listen = [Multiaddr.Parse("/ip4/0.0.0.0/tcp/0")], IsTrustedObserver = peer => peer == relay.PeerId });
        await seen.ConnectAsync(told.Addresses[0], Cancel);
        await seen.GetInfoAsync(told.PeerId, Cancel);
        await seen.ConnectAsync(relay.Addresses[0], Cancel);
        await seen.GetInfoAsync(relay.PeerId, Cancel);
        var observed = Assert.Single(seen.ObservedAddresses);
        Assert.True(observed.IsBelieved);
        Assert.Equal(1, observed.Observers);
        Assert.Contains(observed.Address.WithPeer(seen.PeerId), seen.Addresses);
        await TestHosts.UntilAsync("news of that to who was met before", () =>
            told.GetInfoAsync(seen.PeerId, Cancel) is { IsCompletedSuccessfully: true } info && info.Result.Addresses.Contains(observed.Address));

        await using var ephemeral = await TestHosts.StartAsync(options => options with { HolePunching = false, IsTrustedObserver = _ => true });
        await ephemeral.ConnectAsync(relay.Addresses[0], Cancel);
        await ephemeral.GetInfoAsync(relay.PeerId, Cancel);
        Assert.Empty(ephemeral.ObservedAddresses);
    }
}
