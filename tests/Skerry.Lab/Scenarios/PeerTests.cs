using Skerry.Lab.Fabric;
using Skerry.Lab.Peers;

namespace Skerry.Lab.Scenarios;

/// <summary>Libp2p hosts on separate machines: straight across the world, and through a relay where nothing else goes.</summary>
public sealed class PeerTests
{
    [Fact]
    public async Task A_public_peer_is_dialled_straight()
    {
        await using var lab = await Testbed.StartAsync(new LabMap(
            new SitePlan("home", "east", NatKind.Symmetric, "caller"),
            new SitePlan("centre", "west", NatKind.None, "called"))
        {
            Delays = [("east", "west", TimeSpan.FromMilliseconds(25))],
        });
        await using var caller = await PeerProcess.StartAsync(lab["caller"]);
        await using var called = await PeerProcess.StartAsync(lab["called"]);
        var connected = await caller.ConnectAsync(called.Address);
        var ping = await caller.PingAsync(called);
        var echo = await caller.EchoAsync(called, 1 << 20);
        Assert.False(echo.IsRelayed);
        Report.Add("direct, round trip 50 ms", $"reached in {connected.Milliseconds:0} ms, ping {ping.RoundTrip:0.0} ms, 1 MiB and back {echo.Milliseconds:0} ms");
    }

    [Fact]
    public async Task Peers_behind_nats_reach_each_other_through_a_relay()
    {
        await using var lab = await Testbed.StartAsync(new LabMap(
            new SitePlan("shop", "east", NatKind.Symmetric, "caller"),
            new SitePlan("works", "west", NatKind.Symmetric, "called"),
            new SitePlan("centre", "middle", NatKind.None, "relay"))
        {
            Delays = [("east", "middle", TimeSpan.FromMilliseconds(10)), ("west", "middle", TimeSpan.FromMilliseconds(15)), ("east", "west", TimeSpan.FromMilliseconds(25))],
        });
        await using var relay = await PeerProcess.StartAsync(lab["relay"], isRelay: true);
        await using var caller = await PeerProcess.StartAsync(lab["caller"]);
        await using var called = await PeerProcess.StartAsync(lab["called"]);
        var reserved = await called.ReserveAsync(relay);
        var connected = await caller.ConnectAsync($"{relay.Address}/p2p-circuit/p2p/{called.Peer}");
        var ping = await caller.PingAsync(called);
        var echo = await caller.EchoAsync(called, 1 << 20);
        Assert.True(connected.IsRelayed);
        Report.Add(
            "relayed, round trip 20 + 30 ms",
            $"reserved in {reserved.Milliseconds:0} ms, reached in {connected.Milliseconds:0} ms, ping {ping.RoundTrip:0.0} ms, 1 MiB and back {echo.Milliseconds:0} ms");
    }

    [Fact]
    public async Task Peers_behind_port_restricted_nats_leave_the_relay()
    {
        await using var lab = await Testbed.StartAsync(new LabMap(
            new SitePlan("shop", "east", NatKind.PortRestricted, "caller"),
            new SitePlan("works", "west", NatKind.PortRestricted, "called"),
            new SitePlan("centre", "middle", NatKind.None, "relay"))
        {
            Delays = [("east", "middle", TimeSpan.FromMilliseconds(10)), ("west", "middle", TimeSpan.FromMilliseconds(15)), ("east", "west", TimeSpan.FromMilliseconds(20))],
        });
        await using var relay = await PeerProcess.StartAsync(lab["relay"], isRelay: true);
        await using var caller = await PeerProcess.StartAsync(lab["caller"]);
        await using var called = await PeerProcess.StartAsync(lab["called"]);
        await called.ReserveAsync(relay);
        await caller.ConnectAsync($"{relay.Address}/p2p-circuit/p2p/{called.Peer}");
        var relayed = await caller.PingAsync(called);
        var direct = await caller.UntilDirectAsync(called, 30);
        Assert.True(direct.Error is null, direct.Error);
        var ping = await caller.PingAsync(called);
        Report.Add("hole punched, round trip 40 ms", $"after {direct.Milliseconds:0} ms; ping {relayed.RoundTrip:0.0} ms by the relay, then {ping.RoundTrip:0.0} ms");
    }
}
