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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Peers_behind_port_restricted_nats_leave_the_relay_unless_sequence_numbers_are_checked(bool areChecked)
    {
        await using var lab = await Testbed.StartAsync(new LabMap(
            new SitePlan("shop", "east", NatKind.PortRestricted, "caller") { ChecksSequence = areChecked },
            new SitePlan("works", "west", NatKind.PortRestricted, "called") { ChecksSequence = areChecked },
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
        var direct = await caller.UntilDirectAsync(called, areChecked ? 12 : 30);
        var ping = await caller.PingAsync(called);
        var outcome = direct.Error is null ? $"after {direct.Milliseconds:0} ms" : "not";
        Report.Add(
            $"hole punched, round trip 40 ms{(areChecked ? ", NATs check sequences" : "")}", $"{outcome}; ping {relayed.RoundTrip:0.0} ms by the relay, then {ping.RoundTrip:0.0} ms");
        // What such NATs let through depends on which side is a moment earlier.
        Assert.True(areChecked || direct.Error is null, direct.Error);
    }
}
