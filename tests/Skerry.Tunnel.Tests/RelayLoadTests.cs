using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Libp2p;

namespace Skerry.Tunnel.Tests;

/// <summary>Relays that are full, and whom they send on.</summary>
public sealed class RelayLoadTests : IAsyncDisposable
{
    private readonly TestMesh _mesh = new();

    [Fact]
    public async Task A_full_relay_says_so_to_the_mesh_and_when_it_has_room_again()
    {
        var relay = await StartFullAsync("relay", places: 2);
        var first = await _mesh.StartAsync("first", change: options => options with { Reservations = 1 });
        await TestMesh.UntilAsync(() => _mesh.Directory.Find("relay")!.Load == 50, "half of its places are taken");
        var second = await _mesh.StartAsync("second", change: options => options with { Reservations = 1 });
        await TestMesh.UntilAsync(() => _mesh.Directory.Find("relay")!.Load == 100, "all of its places are taken");
        Assert.Equal(100, Assert.Single(first.Status.Relays).Load);
        await second.DisposeAsync();
        await TestMesh.UntilAsync(() => relay.Routes.Load == 50 && _mesh.Directory.Find("relay")!.Load == 50, "one place is free again");
    }

    [Fact]
    public async Task A_node_sent_on_by_a_full_relay_gets_a_place_at_one_it_knew_nothing_of()
    {
        await _mesh.StartRelayAsync("spare");
        var full = await StartFullAsync("full");
        await FillAsync(full);
        var late = await StartKnowingAsync("late", full);
        await TestMesh.HeldAsync(late, 1);
        Assert.Equal("spare", Assert.Single(late.Status.Relays, relay => relay.Reservation is not null).Node);
        var caller = await _mesh.StartAsync("caller");
        await using var session = await caller.ConnectAsync("late", TestMesh.Echo, TestContext.Current.CancellationToken);
        await TestMesh.ExchangeAsync(session, 10_000);
    }

    [Fact]
    public async Task A_relay_that_lies_about_others_gains_nothing()
    {
        // In the private network, since it knows the key's derivate, but no node: nobody's name belongs to its peer id.
        var settings = new Libp2pOptions
        {
            Identity = IdentityKey.Generate(),
            Listen = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")],
            PreSharedKey = _mesh.Key.Network,
            Relay = new RelayOptions(),
        };
        await using var stranger = await Libp2pHost.StartAsync(settings, TimeProvider.System, NullLogger.Instance, TestMesh.Meters);
        var met = new TaskCompletionSource();
        stranger.Connected += _ => met.TrySetResult();
        _mesh.Directory.Set(new NodeRoutes("liar", "site", stranger.Addresses, IsRelay: true, ""));
        var full = await StartFullAsync("full");
        await FillAsync(full);
        var late = await StartKnowingAsync("late", full);
        await met.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await TestMesh.UntilAsync(() => stranger.Connections.Count == 0, "the stranger is hung up on");
        Assert.Equal("full", Assert.Single(late.Status.Relays).Node);
        Assert.DoesNotContain(late.Routes.Addresses, address => address.IsCircuit);
    }

    [Fact]
    public async Task A_greedy_node_leaves_room_for_others()
    {
        await _mesh.StartAsync("relay", isOpen: true, RelayDuty.Always, options => options with { RelayLimits = new RelayOptions { MaxCircuits = 4, MaxCircuitsPerPeer = 2 } });
        foreach (var name in (string[])["one", "two", "three"]) await TestMesh.HeldAsync(await _mesh.StartAsync(name), 1);
        var (greedy, modest) = (await _mesh.StartAsync("greedy"), await _mesh.StartAsync("modest"));
        await using var first = await greedy.ConnectAsync("one", TestMesh.Echo, TestContext.Current.CancellationToken);
        await using var second = await greedy.ConnectAsync("two", TestMesh.Echo, TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<TunnelException>(() => greedy.ConnectAsync("three", TestMesh.Echo, TestContext.Current.CancellationToken));
        Assert.Contains("ResourceLimitExceeded", refused.Message, StringComparison.Ordinal);
        await using var other = await modest.ConnectAsync("three", TestMesh.Echo, TestContext.Current.CancellationToken);
        await TestMesh.ExchangeAsync(other, 10_000);
    }

    [Fact]
    public async Task A_session_goes_on_over_the_next_circuit_when_its_own_has_carried_what_it_may()
    {
        await _mesh.StartAsync("relay", isOpen: true, RelayDuty.Always, options => options with { RelayLimits = new RelayOptions { MaxCircuitBytes = 400_000 } });
        await TestMesh.HeldAsync(await _mesh.StartAsync("there"), 1);
        await using var session = await (await _mesh.StartAsync("here")).ConnectAsync("there", TestMesh.Echo, TestContext.Current.CancellationToken);
        await TestMesh.ExchangeAsync(session, 1_000_000);
    }

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    private Task<TunnelNode> StartFullAsync(string name, int places = 1) =>
        _mesh.StartAsync(name, isOpen: true, RelayDuty.Always, options => options with { RelayLimits = new RelayOptions { MaxReservations = places } });

    /// <summary>Takes the relay's only place.</summary>
    private async Task FillAsync(TunnelNode relay)
    {
        await StartKnowingAsync("holder", relay);
        await TestMesh.UntilAsync(() => relay.Routes.Load == 100, "the relay is full");
    }

    /// <summary>A node that has heard of one relay and of nobody else.</summary>
    private Task<TunnelNode> StartKnowingAsync(string name, TunnelNode relay)
    {
        var directory = new SharedDirectory();
        directory.Set(relay.Routes);
        return _mesh.StartAsync(name, directory: directory);
    }
}
