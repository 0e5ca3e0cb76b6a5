using System.Collections.Concurrent;

using Skerry.Libp2p.Core.Dcutr;

namespace Skerry.Libp2p.Tests;

/// <summary>Two hosts leave a relay together. On loopback there is no NAT; that both call at once, in the right roles, is seen all the same.</summary>
public sealed class HolePunchTests
{
    private static readonly DcutrTiming NoPlainCalls = new() { MaxHeadStart = TimeSpan.Zero };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, "/noise")]
    [InlineData(true, "/noise")]
    [InlineData(false, "/tls/1.0.0")]
    public async Task A_relayed_connection_becomes_a_direct_one(bool isPrivate, string security)
    {
        var network = isPrivate ? PreSharedKey.Generate() : null;
        Libp2pOptions Change(Libp2pOptions options) => options with { PreSharedKey = network, Security = [security], Punching = NoPlainCalls, RelayedConnectionGrace = TimeSpan.FromMilliseconds(10) };
        await using var relay = await TestHosts.StartAsync(options => Change(options) with { Relay = new RelayOptions() });
        await using var called = await TestHosts.StartAsync(Change);
        await using var caller = await TestHosts.StartAsync(Change);
        var (led, followed) = (Ended(called), Ended(caller));

        Assert.True((await caller.DialAsync(await TestHosts.ReserveAsync(called, relay), Cancel)).IsRelayed);
        await TestHosts.UntilAsync("both sides' word that it is over", () => !led.IsEmpty && followed.Any(punch => punch.Outcome == HolePunchOutcome.Punched));
        var ours = Assert.Single(led);
        // Each attempt is one of those who follow; only the last came through.
        var theirs = Assert.Single(followed, punch => punch.Outcome == HolePunchOutcome.Punched);
        Assert.Equal((HolePunchOutcome.Punched, true), (ours.Outcome, ours.IsInitiator));
        Assert.InRange(ours.Attempts, 1, 3);
        Assert.False(theirs.IsInitiator);
        Assert.False(ours.Connection!.IsRelayed || theirs.Connection!.IsRelayed);
        // Whoever's call came through: the one that was called through the relay is the server of what they speak on it.
        Assert.False(ours.Connection.IsDialler);
        await TestHosts.UntilAsync("the end of the relayed connection", () => !caller.Connections.Any(connection => connection.IsRelayed) && !called.Connections.Any(connection => connection.IsRelayed));
        Assert.True(await caller.PingAsync(called.PeerId, Cancel) > TimeSpan.Zero);
        Assert.True(await called.PingAsync(caller.PeerId, Cancel) > TimeSpan.Zero);
    }

    [Fact]
    public async Task A_caller_that_can_be_called_is_called()
    {
        await using var relay = await TestHosts.StartAsync(options => options with { Relay = new RelayOptions() });
        await using var called = await TestHosts.StartAsync();
        await using var caller = await TestHosts.StartAsync();
        var led = Ended(called);
        await caller.ConnectAsync(await TestHosts.ReserveAsync(called, relay), Cancel);
        await TestHosts.UntilAsync("the word that it is over", () => !led.IsEmpty);
        Assert.Equal(HolePunchOutcome.Called, Assert.Single(led).Outcome);
        Assert.True(led.Single().Connection!.IsDialler);
    }

    [Fact]
    public async Task A_relayed_connection_in_use_stays()
    {
        await using var relay = await TestHosts.StartAsync(options => options with { Relay = new RelayOptions() });
        await using var called = await TestHosts.StartAsync(options => options with { RelayedConnectionGrace = TimeSpan.FromMilliseconds(10) });
        await using var caller = await TestHosts.StartAsync(options => options with { RelayedConnectionGrace = TimeSpan.FromMilliseconds(10) });
        called.Handle("/skerry/echo/1.0.0", (stream, cancel) => stream.CopyToAsync(stream, cancel));
        var relayed = await caller.DialAsync(await TestHosts.ReserveAsync(called, relay), Cancel);
        await using var stream = await caller.OpenAsync(relayed, ["/skerry/echo/1.0.0"], Cancel);
        await TestHosts.UntilAsync("a direct connection", () => caller.Connections.Any(connection => connection.Peer == called.PeerId && !connection.IsRelayed));
        for (var i = 0; i < 100; i++)
        {
            await stream.WriteAsync(new byte[] { (byte)i }, Cancel);
            var answer = new byte[1];
            await stream.ReadExactlyAsync(answer, Cancel);
            Assert.Equal(i, answer[0]);
        }

        Assert.Contains(caller.Connections, connection => connection.Id == relayed.Id);
    }

    [Fact]
    public async Task Who_has_it_switched_off_is_left_alone_and_that_is_said()
    {
        await using var relay = await TestHosts.StartAsync(options => options with { Relay = new RelayOptions() });
        await using var called = await TestHosts.StartAsync(options => options with { Punching = NoPlainCalls });
        await using var caller = await TestHosts.StartAsync(options => options with { HolePunching = false });
        var led = Ended(called);
        var relayed = await caller.DialAsync(await TestHosts.ReserveAsync(called, relay), Cancel);
        await TestHosts.UntilAsync("the word that it is over", () => !led.IsEmpty);
        Assert.Equal(HolePunchOutcome.NotSpoken, Assert.Single(led).Outcome);
        Assert.Null(led.Single().Connection);
        Assert.True(await caller.PingAsync(called.PeerId, Cancel) > TimeSpan.Zero);
        Assert.Equal(relayed.Id, Assert.Single(caller.Connections, connection => connection.Peer == called.PeerId).Id);
    }

    /// <summary>Goal: when nobody can be called both sides say so, after all attempts. Method: hosts whose listeners take nothing in any more, since all places
    /// for connections are taken.</summary>
    [Fact]
    public async Task When_no_call_comes_through_both_say_so_and_the_relayed_connection_stays()
    {
        var timing = new DcutrTiming { MaxHeadStart = TimeSpan.Zero, DialTimeout = TimeSpan.FromMilliseconds(500) };
        await using var relay = await TestHosts.StartAsync(options => options with { Relay = new RelayOptions() });
        await using var called = await TestHosts.StartAsync(options => options with { Punching = timing, MaxConnections = 2 });
        await using var caller = await TestHosts.StartAsync(options => options with { Punching = timing, MaxConnections = 2 });
        var (led, followed) = (Ended(called), Ended(caller));
        await caller.ConnectAsync(await TestHosts.ReserveAsync(called, relay), Cancel);
        await TestHosts.UntilAsync("both sides' word that it is over", () => !led.IsEmpty && followed.Count >= 3);
        Assert.Equal((HolePunchOutcome.Unreached, 3), (led.Single().Outcome, led.Single().Attempts));
        // A word that comes late finds its attempt given up.
        Assert.All(followed, punch => Assert.True(punch.Outcome is HolePunchOutcome.Unreached or HolePunchOutcome.Interrupted, $"{punch.Outcome}"));
        Assert.True(await caller.PingAsync(called.PeerId, Cancel) > TimeSpan.Zero);
    }

    /// <summary>Goal: a punch that failed is not the last. Method: a guest takes the place that the direct connection needs at both ends, until the first try has failed.</summary>
    [Fact]
    public async Task What_failed_is_tried_again_while_both_meet_through_a_relay()
    {
        var timing = new DcutrTiming { MaxHeadStart = TimeSpan.Zero, Attempts = 1, DialTimeout = TimeSpan.FromMilliseconds(500), RetryAfter = TimeSpan.FromMilliseconds(50) };
        Libp2pOptions Change(Libp2pOptions options) => options with { Punching = timing, MaxConnections = 3 };
        await using var relay = await TestHosts.StartAsync(options => options with { Relay = new RelayOptions() });
        await using var guest = await TestHosts.StartAsync();
        await using var called = await TestHosts.StartAsync(Change);
        await using var caller = await TestHosts.StartAsync(Change);
        var led = Ended(called);
        foreach (var host in (Libp2pHost[])[called, caller]) await guest.ConnectAsync(host.Addresses[0], Cancel);
        await caller.ConnectAsync(await TestHosts.ReserveAsync(called, relay), Cancel);
        await TestHosts.UntilAsync("the word that a first try has failed", () => led.Any(punch => punch.Outcome == HolePunchOutcome.Unreached));
        await guest.DisposeAsync();
        await TestHosts.UntilAsync("a direct connection", () => led.Any(punch => punch.Connection is not null));
    }

    [Fact]
    public async Task Two_that_have_called_each_other_through_relays_need_one_leader()
    {
        await using var relay = await TestHosts.StartAsync(options => options with { Relay = new RelayOptions() });
        await using var one = await TestHosts.StartAsync(options => options with { Punching = NoPlainCalls });
        await using var other = await TestHosts.StartAsync(options => options with { Punching = NoPlainCalls });
        var (toOne, toOther) = (await TestHosts.ReserveAsync(one, relay), await TestHosts.ReserveAsync(other, relay));
        await Task.WhenAll(one.DialAsync(toOther, Cancel), other.DialAsync(toOne, Cancel));
        await TestHosts.UntilAsync("a direct connection", () => one.Connections.Any(connection => connection.Peer == other.PeerId && !connection.IsRelayed)
            && other.Connections.Any(connection => connection.Peer == one.PeerId && !connection.IsRelayed));
        Assert.True(await one.PingAsync(other.PeerId, Cancel) > TimeSpan.Zero);
    }

    private static ConcurrentBag<HolePunch> Ended(Libp2pHost host)
    {
        var ended = new ConcurrentBag<HolePunch>();
        host.HolePunched += ended.Add;
        return ended;
    }
}
