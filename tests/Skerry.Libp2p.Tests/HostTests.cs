using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Skerry.Libp2p.Tests;

/// <summary>Two hosts over real sockets.</summary>
public sealed class HostTests
{
    private const string Echo = "/skerry/echo/1.0.0";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Peers_know_and_reach_each_other()
    {
        await using var listener = await StartAsync();
        await using var dialler = await StartAsync();
        var peer = await dialler.ConnectAsync(listener.Addresses[0], Cancel);

        Assert.Equal(listener.PeerId, peer);
        Assert.True(await dialler.PingAsync(peer, Cancel) > TimeSpan.Zero);
        var info = await dialler.GetInfoAsync(peer, Cancel);
        Assert.Contains(Echo, info.Protocols);
        Assert.Equal(listener.Addresses[0].WithoutPeer(), Assert.Single(info.Addresses));
        Assert.Equal(dialler.PeerId, (await UntilAsync(() => First(listener))).Peer);
    }

    [Fact]
    public async Task Nobody_calls_itself_in_search_of_a_peer_whose_LAN_has_the_same_addresses()
    {
        await using var host = await StartAsync();
        var there = host.Addresses[0].WithoutPeer().WithPeer(IdentityKey.Generate().PeerId);
        var failed = await Assert.ThrowsAsync<Libp2pException>(() => host.ConnectAsync(there, Cancel));
        Assert.Contains("is where this node itself listens", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_becomes_a_relay_and_ceases_to_be_one_while_it_runs()
    {
        await using var relay = await StartAsync();
        await using var hidden = await StartAsync();
        await using var caller = await StartAsync();
        await hidden.ConnectAsync(relay.Addresses[0], Cancel);
        await Assert.ThrowsAsync<Libp2pException>(() => hidden.ReserveAsync(relay.PeerId, Cancel));

        relay.SetRelay(new RelayOptions());
        var reservation = await hidden.ReserveAsync(relay.PeerId, Cancel);
        var connection = await caller.DialAsync(reservation.Addresses[0].WithPeer(hidden.PeerId), Cancel);
        relay.SetRelay(null);
        await Assert.ThrowsAsync<Libp2pException>(() => hidden.ReserveAsync(relay.PeerId, Cancel));
        await using (await caller.OpenAsync(connection, [Echo], Cancel)) Assert.Equal(hidden.PeerId, connection.Peer);

        var closed = new TaskCompletionSource<PeerConnection>();
        hidden.Closed += over => closed.TrySetResult(over);
        await caller.CloseAsync(connection);
        Assert.Equal(caller.PeerId, (await closed.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancel)).Peer);
        await Assert.ThrowsAsync<Libp2pException>(() => caller.OpenAsync(connection, [Echo], Cancel));
    }

    [Theory]
    [InlineData("/ip4/127.0.0.1/tcp/0", "/dns/localhost")]
    [InlineData("/ip4/127.0.0.1/tcp/0", "/dns4/localhost")]
    [InlineData("/ip6/::1/tcp/0", "/ip6/::1")]
    public async Task A_name_leads_to_whichever_of_its_addresses_answers(string listen, string host)
    {
        await using var listener = await StartAsync(options => options with { Listen = [Multiaddr.Parse(listen)] });
        await using var dialler = await StartAsync(options => options with { Listen = [] });
        var port = listener.Addresses[0].ToString().Split('/')[4];
        Assert.Equal(listener.PeerId, await dialler.ConnectAsync(Multiaddr.Parse($"{host}/tcp/{port}").WithPeer(listener.PeerId), Cancel));
        Assert.True(await dialler.PingAsync(listener.PeerId, Cancel) > TimeSpan.Zero);
    }

    [Fact]
    public async Task Many_streams_carry_their_own_bytes()
    {
        await using var listener = await StartAsync();
        await using var dialler = await StartAsync();
        var peer = await dialler.ConnectAsync(listener.Addresses[0], Cancel);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
        {
            await using var stream = await dialler.OpenAsync(peer, [Echo], Cancel);
            var sent = RandomNumberGenerator.GetBytes(100_000 + i);
            var writing = WriteAsync(stream, sent);
            var received = new MemoryStream();
            await stream.CopyToAsync(received, Cancel);
            await writing;
            Assert.Equal(sent, received.ToArray());
        }));
    }

    [Fact]
    public async Task Hundreds_of_writers_at_once_do_not_overfill_a_connection()
    {
        await using var listener = await StartAsync();
        await using var dialler = await StartAsync();
        var peer = await dialler.ConnectAsync(listener.Addresses[0], Cancel);
        await Task.WhenAll(Enumerable.Range(0, 300).Select(async _ =>
        {
            await using var stream = await dialler.OpenAsync(peer, [Echo], Cancel);
            var writing = WriteAsync(stream, new byte[300_000]);
            Assert.Equal(300_000, await CountAsync(stream));
            await writing;
        }));
    }

    [Fact]
    public async Task A_slow_reader_holds_its_own_stream_back_and_no_other()
    {
        await using var listener = await StartAsync();
        var never = new TaskCompletionSource();
        listener.Handle("/skerry/never/1.0.0", (_, _) => never.Task);
        await using var dialler = await StartAsync();
        var peer = await dialler.ConnectAsync(listener.Addresses[0], Cancel);

        await using var stuck = await dialler.OpenAsync(peer, ["/skerry/never/1.0.0"], Cancel);
        var writing = stuck.WriteAsync(new byte[64 << 20], Cancel).AsTask();
        await using var echo = await dialler.OpenAsync(peer, [Echo], Cancel);
        await WriteAsync(echo, Encoding.ASCII.GetBytes("still here"));
        using var reader = new StreamReader(echo);
        Assert.Equal("still here", await reader.ReadToEndAsync(Cancel));
        Assert.False(writing.IsCompleted);
        never.SetResult();
        await Assert.ThrowsAsync<Libp2pException>(() => writing);
    }

    [Fact]
    public async Task A_protocol_nobody_answers_is_told_by_name()
    {
        await using var listener = await StartAsync();
        await using var dialler = await StartAsync();
        var peer = await dialler.ConnectAsync(listener.Addresses[0], Cancel);
        var refused = await Assert.ThrowsAsync<Libp2pException>(() => dialler.OpenAsync(peer, ["/no/such/1.0.0"], Cancel));
        Assert.Contains("/no/such/1.0.0", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Somebody_else_at_the_address_is_refused()
    {
        await using var listener = await StartAsync();
        await using var dialler = await StartAsync();
        var stranger = IdentityKey.Generate().PeerId;
        var refused = await Assert.ThrowsAsync<Libp2pException>(() => dialler.ConnectAsync(listener.Addresses[0].WithoutPeer().WithPeer(stranger), Cancel));
        Assert.Contains(stranger.ToString(), refused.Message, StringComparison.Ordinal);
        Assert.Empty(dialler.Connections);
    }

    [Fact]
    public async Task Who_never_shakes_hands_is_cut_off_and_its_place_is_free_again()
    {
        await using var listener = await StartAsync(options => options with { HandshakeTimeout = TimeSpan.FromSeconds(1), MaxConnections = 1 });
        listener.Addresses[0].TryGetTcp(out var endPoint);
        using var silent = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await silent.ConnectAsync(endPoint!, Cancel);
        // Its greeting comes, then the end.
        var buffer = new byte[256];
        while (await silent.ReceiveAsync(buffer, Cancel) > 0)
        {
        }

        await using var dialler = await StartAsync();
        Assert.Equal(listener.PeerId, await UntilAsync(async () =>
        {
            try
            {
                return (PeerId?)await dialler.ConnectAsync(listener.Addresses[0], Cancel);
            }
            catch (Libp2pException)
            {
                return null;
            }
        }));
    }

    [Fact]
    public async Task A_peer_gets_so_many_connections_and_no_more()
    {
        await using var listener = await StartAsync(options => options with { MaxConnectionsPerPeer = 1 });
        await using var dialler = await StartAsync();
        var peer = await dialler.ConnectAsync(listener.Addresses[0], Cancel);
        await UntilAsync(() => First(listener));
        await dialler.ConnectAsync(listener.Addresses[0], Cancel);
        await UntilAsync(() => dialler.Connections.Count == 1 ? "one" : null);
        Assert.True(await dialler.PingAsync(peer, Cancel) > TimeSpan.Zero);
    }

    [Fact]
    public async Task A_dialler_whose_peer_goes_away_is_told()
    {
        var listener = await StartAsync();
        await using var dialler = await StartAsync();
        var peer = await dialler.ConnectAsync(listener.Addresses[0], Cancel);
        await using var stream = await dialler.OpenAsync(peer, [Echo], Cancel);
        await listener.DisposeAsync();
        await Assert.ThrowsAsync<Libp2pException>(() => stream.ReadAsync(new byte[1], Cancel).AsTask());
        await UntilAsync(() => dialler.Connections.Count == 0 ? "none" : null);
        await Assert.ThrowsAsync<Libp2pException>(() => dialler.OpenAsync(peer, [Echo], Cancel));
    }

    [Fact]
    public async Task A_peer_behind_a_relay_is_reached_by_who_it_is_and_the_relay_reads_nothing()
    {
        await using var relay = await StartAsync(options => options with { Relay = new RelayOptions() });
        await using var hidden = await StartAsync(options => options with { Listen = [] });
        await using var caller = await StartAsync(options => options with { Listen = [] });
        var reservation = await hidden.ReserveAsync(await hidden.ConnectAsync(relay.Addresses[0], Cancel), Cancel);

        Assert.Equal(hidden.PeerId, await caller.ConnectAsync(reservation.Addresses[0].WithPeer(hidden.PeerId), Cancel));
        await using var stream = await caller.OpenAsync(hidden.PeerId, [Echo], Cancel);
        var sent = RandomNumberGenerator.GetBytes(3_000_000);
        var writing = WriteAsync(stream, sent);
        var received = new MemoryStream();
        await stream.CopyToAsync(received, Cancel);
        await writing;
        Assert.Equal(sent, received.ToArray());
        Assert.Equal(2, relay.Connections.Count);
    }

    [Fact]
    public async Task Fifty_peers_from_one_address_all_get_reservations()
    {
        await using var relay = await StartAsync(options => options with { Relay = new RelayOptions() });
        var hidden = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => StartAsync(options => options with { Listen = [] })));
        await Task.WhenAll(hidden.Select(async host => await host.ReserveAsync(await host.ConnectAsync(relay.Addresses[0], Cancel), Cancel)));
        foreach (var host in hidden) await host.DisposeAsync();
    }

    [Fact]
    public async Task Who_has_no_reservation_any_more_is_not_reached_and_that_is_said()
    {
        await using var relay = await StartAsync(options => options with { Relay = new RelayOptions() });
        var hidden = await StartAsync(options => options with { Listen = [] });
        await using var caller = await StartAsync();
        var reservation = await hidden.ReserveAsync(await hidden.ConnectAsync(relay.Addresses[0], Cancel), Cancel);
        var way = reservation.Addresses[0].WithPeer(hidden.PeerId);
        await hidden.DisposeAsync();
        await UntilAsync(() => relay.Connections.Count == 0 ? "gone" : null);
        var refused = await Assert.ThrowsAsync<Libp2pException>(() => caller.ConnectAsync(way, Cancel));
        Assert.Contains("NoReservation", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_circuit_above_its_limit_is_broken_off()
    {
        await using var relay = await StartAsync(options => options with { Relay = new RelayOptions { MaxCircuitBytes = 100_000 } });
        await using var hidden = await StartAsync(options => options with { Listen = [] });
        await using var caller = await StartAsync(options => options with { Listen = [] });
        var reservation = await hidden.ReserveAsync(await hidden.ConnectAsync(relay.Addresses[0], Cancel), Cancel);
        await caller.ConnectAsync(reservation.Addresses[0].WithPeer(hidden.PeerId), Cancel);
        await using var stream = await caller.OpenAsync(hidden.PeerId, [Echo], Cancel);
        _ = stream.WriteAsync(new byte[200_000], Cancel).AsTask();
        await Assert.ThrowsAsync<Libp2pException>(async () => await stream.CopyToAsync(Stream.Null, Cancel));
        await UntilAsync(() => hidden.Connections.Count == 1 ? "only the relay" : null);
    }

    [Fact]
    public async Task Who_listens_on_every_interface_says_where_it_is_reached()
    {
        await using var listener = await StartAsync(options => options with { Listen = [Multiaddr.Parse("/ip4/0.0.0.0/tcp/0")] });
        await using var dialler = await StartAsync();
        Assert.DoesNotContain(listener.Addresses, address => address.ToString().Contains("0.0.0.0", StringComparison.Ordinal));
        Assert.Equal(listener.PeerId, await dialler.ConnectAsync(listener.Addresses[^1], Cancel));
    }

    [Fact]
    public async Task Nobody_at_the_address_is_told_with_the_address()
    {
        await using var dialler = await StartAsync();
        var refused = await Assert.ThrowsAsync<Libp2pException>(() => dialler.ConnectAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/1"), Cancel));
        Assert.Contains("/ip4/127.0.0.1/tcp/1", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<int> CountAsync(Stream stream)
    {
        var buffer = new byte[65536];
        var (total, count) = (0, 0);
        while ((count = await stream.ReadAsync(buffer, Cancel)) > 0) total += count;
        return total;
    }

    private static PeerConnection? First(Libp2pHost host) => host.Connections is [var first, ..] ? first : null;

    private static async Task WriteAsync(Libp2pStream stream, byte[] bytes)
    {
        await stream.WriteAsync(bytes, Cancel);
        await stream.EndWritingAsync(Cancel);
    }

    private static async Task<Libp2pHost> StartAsync(Func<Libp2pOptions, Libp2pOptions>? change = null)
    {
        var options = new Libp2pOptions { Identity = IdentityKey.Generate(), Listen = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")] };
        var host = await TestHosts.BeginAsync(change?.Invoke(options) ?? options);
        host.Handle(Echo, async (stream, cancel) =>
        {
            await stream.CopyToAsync(stream, cancel);
            await stream.EndWritingAsync(cancel);
        });
        return host;
    }

    private static Task<T> UntilAsync<T>(Func<T?> what)
        where T : class =>
        UntilAsync(() => Task.FromResult(what()))!;

    private static async Task<T> UntilAsync<T>(Func<Task<T?>> what)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            if (await what() is { } found) return found;
            await Task.Delay(5, limit.Token); // between two polls of the condition
        }
    }
}
