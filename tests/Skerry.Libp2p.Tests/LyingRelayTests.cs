using Google.Protobuf;

using Skerry.Libp2p.Driver;
using Skerry.Libp2p.Wire;

namespace Skerry.Libp2p.Tests;

/// <summary>Relays that do not do what they say. Method: hosts that answer the relay's protocol as the test wants.</summary>
public sealed class LyingRelayTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Lies => ["no voucher", "no certificate", "wrong peer", "wrong relay", "wrong key", "of another kind", "changed", "over", "no answer that can be", "nothing"];

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task A_reservation_counts_when_it_is_one(string lie)
    {
        await using var host = await TestHosts.StartAsync(options => options with { HandshakeTimeout = TimeSpan.FromSeconds(lie == "nothing" ? 1 : 20) });
        var key = IdentityKey.Generate();
        await using var relay = await TestHosts.StartAsync(options => options with { Identity = key });
        relay.Handle(RelayService.HopId, async (stream, cancel) =>
        {
            await stream.ReadPrefixedAsync(RelayService.MaxMessage, cancel);
            if (lie == "nothing") await Task.Delay(Timeout.Infinite, cancel); // until the host stops
            await stream.WritePrefixedAsync(lie == "no answer that can be" ? [1, 2, 3] : Reservation(host, key, lie).ToByteArray(), cancel);
            await stream.EndWritingAsync(cancel);
        });
        await host.ConnectAsync(relay.Addresses[0], Cancel);
        if (lie is "no voucher")
        {
            // Which the specification allows: nobody relies on them.
            var given = await host.ReserveAsync(relay.PeerId, Cancel);
            Assert.Equal(relay.Addresses[0].With(Multiaddr.Parse("/p2p-circuit")), Assert.Single(given.Addresses));
            return;
        }

        await Assert.ThrowsAsync<Libp2pException>(() => host.ReserveAsync(relay.PeerId, Cancel));
        await using var asker = await TestHosts.StartAsync();
        await asker.ConnectAsync(host.Addresses[0], Cancel);
        Assert.DoesNotContain((await asker.GetInfoAsync(host.PeerId, Cancel)).Addresses, address => address.IsCircuit);
    }

    [Fact]
    public async Task A_relay_points_callers_at_nobody_but_itself()
    {
        await using var host = await TestHosts.StartAsync();
        var key = IdentityKey.Generate();
        await using var relay = await TestHosts.StartAsync(options => options with { Identity = key });
        var other = IdentityKey.Generate().PeerId;
        string[] named =
        [
            "/ip4/192.0.2.1/tcp/25", "/dns4/victim.example/tcp/443", $"/ip4/127.0.0.1/tcp/7/p2p/{other}", $"/ip4/127.0.0.1/tcp/7/p2p/{other}/p2p-circuit", "/ip6/::1/tcp/9",
            "/ip4/127.0.0.1/tcp/4001", $"/ip4/127.0.0.1/tcp/4002/ws/p2p/{relay.PeerId}",
        ];
        relay.Handle(RelayService.HopId, async (stream, cancel) =>
        {
            await stream.ReadPrefixedAsync(RelayService.MaxMessage, cancel);
            var answer = Reservation(host, key, "");
            answer.Reservation.Addresses.AddRange(named.Select(address => ByteString.CopyFrom(Multiaddr.Parse(address).Bytes)));
            answer.Reservation.Addresses.Add(ByteString.CopyFrom(1, 2, 3));
            for (var i = 0; i < 100; i++) answer.Reservation.Addresses.Add(ByteString.CopyFrom(Multiaddr.Parse($"/ip4/127.0.0.1/tcp/{5000 + i}").Bytes));
            await stream.WritePrefixedAsync(answer.ToByteArray(), cancel);
            await stream.EndWritingAsync(cancel);
        });
        await host.ConnectAsync(relay.Addresses[0], Cancel);
        var given = await host.ReserveAsync(relay.PeerId, Cancel);
        var end = $"/p2p/{relay.PeerId}/p2p-circuit";
        Assert.Equal([$"{relay.Addresses[0]}/p2p-circuit", "/ip4/127.0.0.1/tcp/4001" + end, "/ip4/127.0.0.1/tcp/4002/ws" + end], given.Addresses.Take(3).Select(way => way.ToString()));
        Assert.InRange(given.Addresses.Count, 3, 17);
        Assert.All(given.Addresses, way => Assert.StartsWith("/ip4/127.0.0.1/", way.ToString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("silent")]
    [InlineData("refuses")]
    [InlineData("ends")]
    [InlineData("talks nonsense")]
    public async Task A_call_that_a_relay_does_not_put_through_comes_to_an_end(string how)
    {
        await using var caller = await TestHosts.StartAsync(options => options with { HandshakeTimeout = TimeSpan.FromSeconds(2) });
        await using var relay = await TestHosts.StartAsync();
        relay.Handle(RelayService.HopId, async (stream, cancel) =>
        {
            await stream.ReadPrefixedAsync(RelayService.MaxMessage, cancel);
            var status = how == "refuses" ? RelayStatus.RelayConnectionFailed : RelayStatus.RelayOk;
            await stream.WritePrefixedAsync(new HopMessage { Type = HopMessage.Types.Kind.Status, Status = status }.ToByteArray(), cancel);
            if (how == "talks nonsense") await stream.WriteAsync(new byte[1000], cancel);
            if (how == "silent") await Task.Delay(Timeout.Infinite, cancel); // until the host stops
        });
        var way = relay.Addresses[0].With(Multiaddr.Parse("/p2p-circuit")).WithPeer(IdentityKey.Generate().PeerId);
        await Assert.ThrowsAsync<Libp2pException>(() => caller.ConnectAsync(way, Cancel));
        Assert.Equal(relay.PeerId, Assert.Single(caller.Connections).Peer);
        await TestHosts.UntilAsync("the end of the call's stream", () => caller.Ledger.Streams == 0);
    }

    [Fact]
    public async Task A_relay_that_puts_somebody_else_through_gains_nothing()
    {
        await using var caller = await TestHosts.StartAsync();
        await using var other = await TestHosts.StartAsync();
        await using var relay = await StartRelayAsync(() => false, _ => other.PeerId);
        await relay.ConnectAsync(other.Addresses[0], Cancel);
        await caller.ConnectAsync(relay.Addresses[0], Cancel);
        var way = relay.Addresses[0].With(Multiaddr.Parse("/p2p-circuit")).WithPeer(IdentityKey.Generate().PeerId);
        await Assert.ThrowsAsync<Libp2pException>(() => caller.ConnectAsync(way, Cancel));
        Assert.DoesNotContain(caller.Connections, connection => connection.Peer == other.PeerId);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_circuit_that_swallows_what_goes_in_is_given_up(bool isCallerWatching)
    {
        var isSwallowing = false;
        await using var called = await TestHosts.StartAsync(options => options with { HolePunching = false });
        await using var caller = await TestHosts.StartAsync(options => options with { HolePunching = false });
        called.Handle("/skerry/echo/1.0.0", (stream, cancel) => stream.CopyToAsync(stream, cancel));
        await using var relay = await StartRelayAsync(() => Volatile.Read(ref isSwallowing), peer => peer);
        await called.ConnectAsync(relay.Addresses[0], Cancel);
        var connection = await caller.DialAsync(relay.Addresses[0].With(Multiaddr.Parse("/p2p-circuit")).WithPeer(called.PeerId), Cancel);
        await using var stream = await caller.OpenAsync(connection, ["/skerry/echo/1.0.0"], Cancel);
        await stream.WriteAsync(new byte[] { 7 }, Cancel);
        await stream.ReadExactlyAsync(new byte[1], Cancel);

        var watching = isCallerWatching ? caller : called;
        watching.SetHeartbeat(watching.Connections.Single(one => one.IsRelayed), TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1));
        Volatile.Write(ref isSwallowing, true);
        await TestHosts.UntilAsync("the end of the circuit", () => watching.Connections.All(one => !one.IsRelayed));
        if (isCallerWatching) await Assert.ThrowsAsync<Libp2pException>(async () => await stream.ReadExactlyAsync(new byte[1], Cancel));
        // The relay itself answers as ever.
        Assert.True(await watching.PingAsync(relay.PeerId, Cancel) > TimeSpan.Zero);
    }

    private static HopMessage Reservation(Libp2pHost host, IdentityKey key, string lie)
    {
        var expires = lie == "over" ? DateTimeOffset.UtcNow - TimeSpan.FromMinutes(1) : DateTimeOffset.UtcNow + TimeSpan.FromHours(1);
        var stranger = IdentityKey.Generate();
        var voucher = lie switch
        {
            "no certificate" => [1, 2, 3],
            "wrong peer" => VoucherCodec.Encode(key, stranger.PeerId, expires),
            "wrong key" => VoucherCodec.Encode(stranger, host.PeerId, expires),
            _ => VoucherCodec.Encode(key, host.PeerId, expires),
        };
        if (lie is "wrong relay" or "of another kind" or "changed")
        {
            var envelope = SignedEnvelope.Parser.ParseFrom(voucher);
            if (lie == "wrong relay") envelope.PublicKey = PublicKeyMessage.Parser.ParseFrom(stranger.PublicKey.Encoded);
            else if (lie == "changed") envelope.Payload = SignedEnvelope.Parser.ParseFrom(VoucherCodec.Encode(key, host.PeerId, expires.AddHours(1))).Payload;
            else envelope.PayloadType = ByteString.CopyFrom(3, 1);
            voucher = envelope.ToByteArray();
        }

        var given = new ReservationMessage { Expire = (ulong)expires.ToUnixTimeSeconds() };
        if (lie != "no voucher") given.Voucher = ByteString.CopyFrom(voucher);
        return new HopMessage { Type = HopMessage.Types.Kind.Status, Status = RelayStatus.RelayOk, Reservation = given };
    }

    /// <summary>A relay that puts callers through to whom it likes, and swallows what they say from some moment on.</summary>
    private static async Task<Libp2pHost> StartRelayAsync(Func<bool> isSwallowing, Func<PeerId, PeerId> choose)
    {
        var relay = await TestHosts.StartAsync();
        relay.Handle(RelayService.HopId, async (connection, caller, cancel) =>
        {
            var asked = HopMessage.Parser.ParseFrom(await caller.ReadPrefixedAsync(RelayService.MaxMessage, cancel));
            Assert.True(PeerId.TryRead(asked.Peer.Id.Span, out var called));
            await using var stream = await relay.OpenAsync(choose(called), [RelayService.StopId], cancel);
            var call = new StopMessage { Type = StopMessage.Types.Kind.Connect, Peer = new RelayPeer { Id = ByteString.CopyFrom(connection.Peer.Bytes) } };
            await stream.WritePrefixedAsync(call.ToByteArray(), cancel);
            await stream.ReadPrefixedAsync(RelayService.MaxMessage, cancel);
            await caller.WritePrefixedAsync(new HopMessage { Type = HopMessage.Types.Kind.Status, Status = RelayStatus.RelayOk }.ToByteArray(), cancel);
            await Task.WhenAny(CopyAsync(caller, stream), CopyAsync(stream, caller));

            async Task CopyAsync(Stream from, Stream to)
            {
                var (buffer, count) = (new byte[65536], 0);
                while ((count = await from.ReadAsync(buffer, cancel)) > 0)
                {
                    if (!isSwallowing()) await to.WriteAsync(buffer.AsMemory(0, count), cancel);
                }
            }
        });
        return relay;
    }
}
