using System.Net.Sockets;
using System.Text;

using Skerry.Libp2p.Driver;
using Skerry.Libp2p.Wire;

namespace Skerry.Libp2p.Tests;

/// <summary>Peers that take what they can get: it costs nobody but themselves, and when they are gone all is given back.</summary>
public sealed class HostileTests
{
    private const string Echo = "/skerry/echo/1.0.0";
    private const string Never = "/skerry/never/1.0.0";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_connects_and_says_nothing_keeps_nobody_out()
    {
        await using var host = await StartAsync(options => options with { MaxHandshakes = 4, HandshakeTimeout = TimeSpan.FromMinutes(5) });
        var silent = new List<Socket>();
        for (var i = 0; i < 4; i++) silent.Add(await CallAsync(host));
        await UntilAsync(() => host.Handshakes == 4, () => $"{host.Handshakes} of 4 handshakes");
        await using var honest = await StartAsync();
        Assert.Equal(host.PeerId, await ReachAsync(honest, host));
        foreach (var socket in silent) socket.Dispose();
        await honest.DisposeAsync();
        await TestHosts.AssertEverythingGivenBackAsync(host);
    }

    [Fact]
    public async Task Who_shakes_hands_a_byte_at_a_time_is_cut_off_all_the_same()
    {
        await using var host = await StartAsync(options => options with { HandshakeTimeout = TimeSpan.FromMilliseconds(200) });
        using var socket = await CallAsync(host);
        // A word of a thousand letters that never ends.
        await socket.SendAsync((byte[])[0xE8, 0x07], Cancel);
        await Assert.ThrowsAsync<SocketException>(async () =>
        {
            while (true)
            {
                await socket.SendAsync("x"u8.ToArray(), Cancel);
                await Task.Delay(1, Cancel); // slowly, as it does
            }
        });
        await TestHosts.AssertEverythingGivenBackAsync(host);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ten_thousand_streams_opened_at_once_cost_the_connection_and_nobody_else(bool areBrokenOff)
    {
        var flags = areBrokenOff ? YamuxFlags.Syn | YamuxFlags.Rst : YamuxFlags.Syn;
        await using var host = await StartAsync();
        await using var honest = await StartAsync();
        await ReachAsync(honest, host);
        await using var peer = await RawPeer.ConnectAsync(host, Cancel);

        // Read beside: a host whose farewell cannot be sent has nothing to say.
        var farewell = peer.UntilAsync(header => header.Type == YamuxType.GoAway, Cancel);
        try
        {
            for (uint i = 0; i < 10; i++)
                await peer.SendAsync(Enumerable.Range(0, 1000).Select(n => new YamuxHeader(YamuxType.WindowUpdate, flags, (2 * ((i * 1000) + (uint)n)) + 1, 0)), Cancel);
        }
        catch (IOException)
        {
            // It has hung up already.
        }

        Assert.True(await farewell is null or { Length: 1 });
        Assert.True(await honest.PingAsync(host.PeerId, Cancel) > TimeSpan.Zero);
        await honest.DisposeAsync();
        await TestHosts.AssertEverythingGivenBackAsync(host);
    }

    [Fact]
    public async Task Who_asks_for_answers_and_never_reads_them_loses_the_connection()
    {
        await using var host = await StartAsync();
        await using var peer = await RawPeer.ConnectAsync(host, Cancel);
        var pings = Enumerable.Range(0, 5000).Select(n => new YamuxHeader(YamuxType.Ping, YamuxFlags.Syn, 0, (uint)n)).ToArray();
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            while (true) await peer.SendAsync(pings, Cancel);
        });
        await TestHosts.AssertEverythingGivenBackAsync(host);
    }

    [Fact]
    public async Task What_nobody_reads_is_kept_up_to_the_peers_share_and_then_its_stream_is_broken_off()
    {
        await using var host = await StartAsync(options => options with { MaxMemoryPerPeer = 1 << 20 });
        await using var honest = await StartAsync();
        await ReachAsync(honest, host);
        await using var peer = await RawPeer.ConnectAsync(host, Cancel);
        for (uint stream = 1; stream < 20; stream += 2)
        {
            await peer.SendAsync(YamuxType.WindowUpdate, YamuxFlags.Syn, stream, 0, Cancel);
            await peer.SendDataAsync(stream, Proposal(Never), Cancel);
            for (var i = 0; i < 4; i++) await peer.SendDataAsync(stream, new byte[60_000], Cancel);
        }

        Assert.NotNull(await peer.UntilAsync(header => (header.Flags & YamuxFlags.Rst) != 0, Cancel));
        Assert.InRange(host.Ledger.Memory, 1, 3 << 20);
        Assert.True(await honest.PingAsync(host.PeerId, Cancel) > TimeSpan.Zero);
        await peer.DisposeAsync();
        await honest.DisposeAsync();
        await TestHosts.AssertEverythingGivenBackAsync(host);
    }

    [Fact]
    public async Task When_memory_is_short_what_runs_goes_on_and_nothing_new_comes_in()
    {
        await using var host = await StartAsync(options => options with { MaxMemory = 4 << 20, MaxMemoryPerPeer = 16 << 20 });
        await using var honest = await StartAsync();
        await ReachAsync(honest, host);
        await using var echo = await honest.OpenAsync(host.PeerId, [Echo], Cancel);
        await EchoAsync(echo, "before");

        await using var peer = await RawPeer.ConnectAsync(host, Cancel);
        for (uint stream = 1; !host.Ledger.IsShort; stream += 2)
        {
            await peer.SendAsync(YamuxType.WindowUpdate, YamuxFlags.Syn, stream, 0, Cancel);
            await peer.SendDataAsync(stream, Proposal(Never), Cancel);
            for (var i = 0; i < 4; i++) await peer.SendDataAsync(stream, new byte[60_000], Cancel);
        }

        await EchoAsync(echo, "meanwhile");
        await using var late = await StartAsync();
        await Assert.ThrowsAsync<Libp2pException>(() => late.ConnectAsync(host.Addresses[0], Cancel));
        await Assert.ThrowsAsync<Libp2pException>(() => honest.PingAsync(host.PeerId, Cancel));
        await peer.DisposeAsync();
        Assert.Equal(host.PeerId, await ReachAsync(late, host));
        await late.DisposeAsync();
        await honest.DisposeAsync();
        await TestHosts.AssertEverythingGivenBackAsync(host);
    }

    [Fact]
    public async Task A_peer_has_so_many_streams_over_all_its_connections()
    {
        await using var host = await StartAsync(options => options with { MaxStreamsPerPeer = 8 });
        await using var honest = await StartAsync();
        var first = await honest.DialAsync(host.Addresses[0], Cancel);
        var second = await honest.DialAsync(host.Addresses[0], Cancel);
        var streams = new List<Libp2pStream>();
        for (var i = 0; i < 4; i++)
        {
            streams.Add(await StandingAsync(honest, first));
            streams.Add(await StandingAsync(honest, second));
        }

        foreach (var stream in streams) await EchoAsync(stream, "mine");
        await Assert.ThrowsAsync<Libp2pException>(async () => await EchoAsync(await honest.OpenAsync(second, [Echo], Cancel), "one more"));
        foreach (var stream in streams) await stream.DisposeAsync();
        await honest.DisposeAsync();
        await TestHosts.AssertEverythingGivenBackAsync(host);
    }

    [Theory]
    [InlineData("/noise")]
    [InlineData("/tls/1.0.0")]
    public async Task A_connection_at_rest_holds_no_buffers(string security)
    {
        await using var host = await StartAsync(options => options with { Security = [security] });
        await using var honest = await StartAsync(options => options with { Security = [security] });
        await ReachAsync(honest, host);
        await using (var echo = await honest.OpenAsync(host.PeerId, [Echo], Cancel)) await EchoAsync(echo, new string('x', 100_000));
        await UntilAsync(() => host.Ledger is { Buffers: 0, Memory: 0 } && honest.Ledger is { Buffers: 0, Memory: 0 }, () => $"{host.Ledger.Buffers} and {honest.Ledger.Buffers} buffers");
        Assert.Single(host.Connections);
    }

    [Fact]
    public async Task What_is_written_along_with_a_known_protocol_arrives_though_nobody_waits_for_the_answer()
    {
        await using var host = await StartAsync();
        var received = new TaskCompletionSource<string>();
        host.Handle("/skerry/post/1.0.0", async (stream, cancel) =>
        {
            using var reader = new StreamReader(stream);
            received.SetResult(await reader.ReadToEndAsync(cancel));
        });
        await using var honest = await StartAsync();
        await ReachAsync(honest, host);
        await honest.GetInfoAsync(host.PeerId, Cancel);
        await using (var stream = await honest.OpenAsync(host.PeerId, ["/skerry/post/1.0.0"], Cancel))
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes("a letter"), Cancel);
            await stream.EndWritingAsync(Cancel);
        }

        Assert.Equal("a letter", await received.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancel));
        await UntilAsync(() => honest.Ledger.Streams == 0, () => $"{honest.Ledger.Streams} streams are left");
    }

    [Fact]
    public async Task Who_has_ceased_to_speak_a_protocol_is_found_out_by_reading()
    {
        await using var relay = await StartAsync(options => options with { Relay = new RelayOptions() });
        await using var honest = await StartAsync();
        await ReachAsync(honest, relay);
        await honest.GetInfoAsync(relay.PeerId, Cancel);
        relay.SetRelay(null);
        var refused = await Assert.ThrowsAsync<Libp2pException>(() => honest.ReserveAsync(relay.PeerId, Cancel));
        Assert.Contains("does not speak", refused.Message, StringComparison.Ordinal);
    }

    private static byte[] Proposal(string protocol) => Negotiation.Proposal(protocol);

    private static async Task EchoAsync(Libp2pStream stream, string text)
    {
        var writing = stream.WriteAsync(Encoding.ASCII.GetBytes(text), Cancel).AsTask();
        var answer = new byte[text.Length];
        await stream.ReadExactlyAsync(answer, Cancel);
        await writing;
        Assert.Equal(text, Encoding.ASCII.GetString(answer));
    }

    /// <summary>A stream that the other side has taken: while it asks who is there, that has a place too.</summary>
    private static async Task<Libp2pStream> StandingAsync(Libp2pHost from, PeerConnection connection)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            Libp2pStream? stream = null;
            try
            {
                stream = await from.OpenAsync(connection, [Echo], Cancel);
                await EchoAsync(stream, "mine");
                return stream;
            }
            catch (Libp2pException)
            {
                if (stream is not null) await stream.DisposeAsync();
                await Task.Delay(20, limit.Token); // between two attempts
            }
        }
    }

    private static async Task<Socket> CallAsync(Libp2pHost host)
    {
        host.Addresses[0].TryGetTcp(out var endPoint);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(endPoint!, Cancel);
        return socket;
    }

    /// <summary>Connects as soon as the other side lets it.</summary>
    private static async Task<PeerId> ReachAsync(Libp2pHost from, Libp2pHost to)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            try
            {
                return await from.ConnectAsync(to.Addresses[0], limit.Token);
            }
            catch (Libp2pException)
            {
                await Task.Delay(20, limit.Token); // between two attempts
            }
        }
    }

    private static async Task UntilAsync(Func<bool> isSo, Func<string> state)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!isSo())
        {
            if (limit.IsCancellationRequested) Assert.Fail($"Not within 30 s: {state()}.");
            await Task.Delay(5); // between two polls of the condition
        }
    }

    private static async Task<Libp2pHost> StartAsync(Func<Libp2pOptions, Libp2pOptions>? change = null)
    {
        var options = new Libp2pOptions { Identity = IdentityKey.Generate(), Listen = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")], HolePunching = false };
        var host = await TestHosts.BeginAsync(change?.Invoke(options) ?? options);
        host.Handle(Echo, async (stream, cancel) =>
        {
            await stream.CopyToAsync(stream, cancel);
            await stream.EndWritingAsync(cancel);
        });
        host.Handle(Never, (_, cancel) => Task.Delay(Timeout.Infinite, cancel)); // it reads nothing until the host stops
        return host;
    }
}
