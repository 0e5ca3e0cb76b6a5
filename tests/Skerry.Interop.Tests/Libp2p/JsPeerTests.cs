using System.Diagnostics.Metrics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Libp2p;

namespace Skerry.Interop.Tests.Libp2p;

/// <summary>Skerry's libp2p host and js-libp2p of both versions in use, each dialling the other.</summary>
public sealed class JsPeerTests
{
    private const string Sink = "/skerry/test/sink/1.0.0";
    private const string Source = "/skerry/test/source/1.0.0";
    private const int Bulk = 100_000_000;

    private static readonly IMeterFactory Meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    /// <summary>Versions of js-libp2p, what protects the connection, and whether both are in a private network.</summary>
    public static TheoryData<int, string, string, bool> Peers { get; } = new()
    {
        { 2, "noise", "/noise", false },
        { 2, "tls", "/tls/1.0.0", false },
        { 2, "noise", "/noise", true },
        { 2, "tls", "/tls/1.0.0", true },
        { 3, "noise", "/noise", false },
        { 3, "tls", "/tls/1.0.0", false },
    };

    [Theory]
    [MemberData(nameof(Peers))]
    public async Task Js_libp2p_dials_us(int version, string security, string protocol, bool isPrivate)
    {
        var network = isPrivate ? PreSharedKey.Generate() : null;
        await using var js = await JsPeer.StartAsync(security, network, version: version);
        await using var host = await StartAsync(network);
        var address = host.Addresses[0].ToString();

        Assert.Equal(host.PeerId.ToString(), (string?)await js.AskAsync(new JsonObject { ["do"] = "dial", ["address"] = address }));
        Assert.Equal(protocol, Assert.Single(host.Connections).Security);
        Assert.True((double)(await js.AskAsync(new JsonObject { ["do"] = "ping", ["address"] = address }))! >= 0);
        var info = (await js.AskAsync(new JsonObject { ["do"] = "info", ["peer"] = host.PeerId.ToString() }))!;
        Assert.Equal("skerry/test", (string?)info["agent"]);
        Assert.Contains(Sink, info["protocols"]!.AsArray().Select(word => (string?)word));
        Assert.Contains(host.Addresses[0].WithoutPeer().ToString(), info["addresses"]!.AsArray().Select(listens => (string?)listens));
        var theirs = await host.GetInfoAsync(host.Connections[0].Peer, TestContext.Current.CancellationToken);
        Assert.StartsWith("js-libp2p/", theirs.AgentVersion, StringComparison.Ordinal);

        var upload = (await js.AskAsync(new JsonObject { ["do"] = "upload", ["address"] = address, ["count"] = Bulk }))!;
        Assert.Equal((string?)upload["sent"], (string?)upload["received"]);
        var download = await js.AskAsync(new JsonObject { ["do"] = "download", ["address"] = address, ["count"] = Bulk });
        Assert.Equal(await DigestAsync(stream => WriteBulkAsync(stream, Bulk)), (string?)download);
    }

    [Theory]
    [MemberData(nameof(Peers))]
    public async Task We_dial_js_libp2p(int version, string security, string protocol, bool isPrivate)
    {
        var network = isPrivate ? PreSharedKey.Generate() : null;
        await using var js = await JsPeer.StartAsync(security, network, version: version);
        await using var host = await StartAsync(network);

        var peer = await host.ConnectAsync(Multiaddr.Parse(js.Address), TestContext.Current.CancellationToken);
        Assert.Equal(protocol, Assert.Single(host.Connections).Security);
        Assert.True(await host.PingAsync(peer, TestContext.Current.CancellationToken) > TimeSpan.Zero);
        var info = await host.GetInfoAsync(peer, TestContext.Current.CancellationToken);
        Assert.StartsWith("js-libp2p/", info.AgentVersion, StringComparison.Ordinal);
        Assert.Contains(Sink, info.Protocols);
        Assert.Contains(Multiaddr.Parse(js.Address).WithoutPeer(), info.Addresses.Select(address => address.WithoutPeer()));

        await using var up = await host.OpenAsync(peer, [Sink], TestContext.Current.CancellationToken);
        await WriteBulkAsync(up, Bulk);
        await up.EndWritingAsync(TestContext.Current.CancellationToken);
        using var answer = new StreamReader(up);
        Assert.Equal(await DigestAsync(stream => WriteBulkAsync(stream, Bulk)), await answer.ReadToEndAsync(TestContext.Current.CancellationToken));

        await using var down = await host.OpenAsync(peer, [Source], TestContext.Current.CancellationToken);
        await down.WriteAsync(Encoding.ASCII.GetBytes($"{Bulk}"), TestContext.Current.CancellationToken);
        await down.EndWritingAsync(TestContext.Current.CancellationToken);
        Assert.Equal(await DigestAsync(stream => WriteJsBulkAsync(stream, Bulk)), Convert.ToHexStringLower(await SHA256.HashDataAsync(down, TestContext.Current.CancellationToken)));
    }

    [Theory]
    [InlineData("noise")]
    [InlineData("tls")]
    public async Task In_a_private_network_only_its_members_understand_each_other(string security)
    {
        var network = PreSharedKey.Generate();
        await using var js = await JsPeer.StartAsync(security, network);
        await using var stranger = await StartAsync(PreSharedKey.Generate());
        await Assert.ThrowsAnyAsync<Libp2pException>(() => stranger.ConnectAsync(Multiaddr.Parse(js.Address), TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<InvalidOperationException>(() => js.AskAsync(new JsonObject { ["do"] = "dial", ["address"] = stranger.Addresses[0].ToString() }));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Js_libp2p_reserves_on_our_relay_and_is_reached_through_it(int version)
    {
        await using var relay = await StartAsync(isRelay: true);
        await using var js = await JsPeer.StartAsync("noise", through: relay.Addresses[0], version: version);
        await using var caller = await StartAsync();

        var peer = await caller.ConnectAsync(Multiaddr.Parse(js.Address), TestContext.Current.CancellationToken);
        Assert.True(caller.Connections.Single(connection => connection.Peer == peer).Address.IsCircuit);
        Assert.True(await caller.PingAsync(peer, TestContext.Current.CancellationToken) > TimeSpan.Zero);
        await using var up = await caller.OpenAsync(peer, [Sink], TestContext.Current.CancellationToken);
        await WriteBulkAsync(up, 5_000_000);
        await up.EndWritingAsync(TestContext.Current.CancellationToken);
        using var answer = new StreamReader(up);
        Assert.Equal(await DigestAsync(stream => WriteBulkAsync(stream, 5_000_000)), await answer.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task We_reserve_on_a_relay_of_js_libp2p_and_are_reached_through_it(int version)
    {
        await using var relay = await JsPeer.StartAsync("noise", isRelay: true, version: version);
        await using var hidden = await StartAsync();
        await using var caller = await StartAsync();

        var reservation = await hidden.ReserveAsync(await hidden.ConnectAsync(Multiaddr.Parse(relay.Address), TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        Assert.True(reservation.Expires > DateTimeOffset.UtcNow);
        var way = Assert.Single(reservation.Addresses).WithPeer(hidden.PeerId);
        Assert.Equal(hidden.PeerId, await caller.ConnectAsync(way, TestContext.Current.CancellationToken));
        Assert.True(await caller.PingAsync(hidden.PeerId, TestContext.Current.CancellationToken) > TimeSpan.Zero);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Js_libp2p_reaches_us_through_our_relay(int version)
    {
        await using var relay = await StartAsync(isRelay: true);
        await using var hidden = await StartAsync();
        await using var js = await JsPeer.StartAsync("noise", version: version);

        var reservation = await hidden.ReserveAsync(await hidden.ConnectAsync(relay.Addresses[0], TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        var way = reservation.Addresses[0].WithPeer(hidden.PeerId).ToString();
        Assert.Equal(hidden.PeerId.ToString(), (string?)await js.AskAsync(new JsonObject { ["do"] = "dial", ["address"] = way }));
        var upload = (await js.AskAsync(new JsonObject { ["do"] = "upload", ["address"] = way, ["count"] = 5_000_000 }))!;
        Assert.Equal((string?)upload["sent"], (string?)upload["received"]);
    }

    [Fact]
    public async Task Somebody_else_than_the_one_dialled_is_refused()
    {
        await using var js = await JsPeer.StartAsync("noise");
        await using var host = await StartAsync();
        var stranger = IdentityKey.Generate().PeerId;

        var ours = await Assert.ThrowsAsync<Libp2pException>(() => host.ConnectAsync(Multiaddr.Parse(js.Address).WithoutPeer().WithPeer(stranger), TestContext.Current.CancellationToken));
        Assert.Contains(stranger.ToString(), ours.Message, StringComparison.Ordinal);
    }

    private static async Task<Libp2pHost> StartAsync(PreSharedKey? network = null, bool isRelay = false)
    {
        var options = new Libp2pOptions
        {
            Identity = IdentityKey.Generate(),
            Listen = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")],
            AgentVersion = "skerry/test",
            PreSharedKey = network,
            Relay = isRelay ? new RelayOptions() : null,
        };
        var host = await Libp2pHost.StartAsync(options, TimeProvider.System, NullLogger.Instance, Meters);
        host.Handle(Sink, async (stream, cancel) =>
        {
            var digest = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancel));
            await stream.WriteAsync(Encoding.ASCII.GetBytes(digest), cancel);
            await stream.EndWritingAsync(cancel);
        });
        host.Handle(Source, async (stream, cancel) =>
        {
            using var reader = new StreamReader(stream, leaveOpen: true);
            await WriteBulkAsync(stream, int.Parse(await reader.ReadToEndAsync(cancel), CultureInfo.InvariantCulture));
            await stream.EndWritingAsync(cancel);
        });
        return host;
    }

    private static Task WriteBulkAsync(Stream stream, int count) => WriteAsync(stream, count, 40_000, 7);

    /// <summary>What peer.mjs sends.</summary>
    private static Task WriteJsBulkAsync(Stream stream, int count) => WriteAsync(stream, count, 65536, 31);

    private static async Task WriteAsync(Stream stream, int count, int length, int factor)
    {
        var chunk = Enumerable.Range(0, length).Select(i => (byte)(i * factor)).ToArray();
        for (var left = count; left > 0; left -= length) await stream.WriteAsync(chunk.AsMemory(0, Math.Min(left, length)));
    }

    private static async Task<string> DigestAsync(Func<Stream, Task> write)
    {
        using var bytes = new MemoryStream();
        await write(bytes);
        return Convert.ToHexStringLower(SHA256.HashData(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)));
    }
}
