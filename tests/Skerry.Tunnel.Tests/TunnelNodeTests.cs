using System.Security.Cryptography;

using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Libp2p;

namespace Skerry.Tunnel.Tests;

/// <summary>Nodes that take no connections in, relays between them, over real sockets.</summary>
public sealed class TunnelNodeTests : IAsyncDisposable
{
    private readonly TestMesh _mesh = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_reaches_a_node_by_name_and_keeps_half_closes()
    {
        var here = await _mesh.StartAsync("here", isOpen: true);
        var there = await _mesh.StartAsync("there", isOpen: true);
        await using var session = await here.ConnectAsync("there", TestMesh.Echo, Cancel);
        Assert.Equal((PathKind.Direct, "there"), (session.Path, session.Node));
        await TestMesh.ExchangeAsync(session, 3_000_000);
        await TestMesh.UntilAsync(() => there.Status.Sessions == 0, "the session ends on both sides");
    }

    [Fact]
    public async Task Nodes_that_take_no_connections_in_meet_at_a_relay()
    {
        await _mesh.StartRelayAsync("relay");
        var (here, there) = (await _mesh.StartAsync("here"), await _mesh.StartAsync("there"));
        await TestMesh.HeldAsync(there, 1);
        await using var session = await here.ConnectAsync("there", TestMesh.Echo, Cancel);
        Assert.Equal(PathKind.Relayed, session.Path);
        await TestMesh.ExchangeAsync(session, 1_000_000);
    }

    [Fact]
    public async Task Who_wants_any_way_to_a_relay_and_who_wants_a_direct_one_share_a_connection()
    {
        await _mesh.StartRelayAsync("relay");
        for (var i = 0; i < 5; i++)
        {
            var here = await _mesh.StartAsync($"here-{i}");
            // Beside the place that is asked for there.
            await using var session = await here.ConnectAsync("relay", TestMesh.Echo, Cancel);
            await TestMesh.HeldAsync(here, 1);
            Assert.Single(here.Status.Paths);
        }
    }

    [Fact]
    public async Task A_session_goes_on_without_a_byte_lost_when_its_relay_dies()
    {
        var relays = new Dictionary<string, TunnelNode> { ["one"] = await _mesh.StartRelayAsync("one"), ["two"] = await _mesh.StartRelayAsync("two") };
        var (here, there) = (await _mesh.StartAsync("here"), await _mesh.StartAsync("there"));
        await TestMesh.HeldAsync(there, 2);
        await using var session = await here.ConnectAsync("there", TestMesh.Echo, Cancel);
        var (sent, hash) = (SHA256.Create(), SHA256.Create());
        var halfway = new TaskCompletionSource();
        var writing = WriteAsync();
        var reading = ReadAsync();
        await halfway.Task.WaitAsync(Cancel);
        PathStatus? path = null;
        await TestMesh.UntilAsync(() => (path = here.Status.Paths.FirstOrDefault(path => path is { Kind: PathKind.Relayed, Sessions: 1 })) is not null, "the session rides a relayed path");
        path!.Address.TrySplitCircuit(out var way, out _);
        await relays.Single(relay => relay.Value.Peer == way!.PeerId).Value.DisposeAsync();

        await Task.WhenAll(writing, reading).WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        Assert.Equal(sent.Hash, hash.Hash);

        async Task WriteAsync()
        {
            for (var i = 0; i < 400; i++)
            {
                var piece = RandomNumberGenerator.GetBytes(64 << 10);
                sent.TransformBlock(piece, 0, piece.Length, null, 0);
                await session.WriteAsync(piece, Cancel);
            }

            sent.TransformFinalBlock([], 0, 0);
            await session.EndWritingAsync(Cancel);
        }

        async Task ReadAsync()
        {
            var (buffer, total) = (new byte[64 << 10], 0L);
            int count;
            while ((count = await session.ReadAsync(buffer, Cancel)) > 0)
            {
                hash.TransformBlock(buffer, 0, count, null, 0);
                total += count;
                if (total > 100 * (64 << 10)) halfway.TrySetResult();
            }

            hash.TransformFinalBlock([], 0, 0);
        }
    }

    [Fact]
    public async Task A_side_that_breaks_off_in_the_middle_is_heard_and_not_waited_for()
    {
        // Whose path is lost would be waited for until the test is given up.
        static TunnelOptions Patient(TunnelOptions options) =>
            options with { ResumeTimeout = TimeSpan.FromHours(1), DialTimeout = TimeSpan.FromSeconds(30), MaxReplay = 512 << 10, MaxWindow = 512 << 10 };
        var (here, there) = (await _mesh.StartAsync("here", change: Patient), await _mesh.StartAsync("there", isOpen: true, change: Patient));
        there.Serve(async (asked, cancel) =>
        {
            await using var session = await asked.AcceptAsync(cancel);
            var piece = new byte[64 << 10];
            // Who reads first breaks off, too.
            if (asked.Target.Instance == "reads") await session.ReadExactlyAsync(piece, cancel);
            else while (true) await session.WriteAsync(piece, cancel);
        });
        for (var i = 0; i < 10; i++)
        {
            await using var download = await here.ConnectAsync("there", new SessionTarget("bulk", "writes", "tcp"), Cancel);
            await download.ReadExactlyAsync(new byte[200_000], Cancel);
            await using var upload = await here.ConnectAsync("there", new SessionTarget("bulk", "reads", "tcp"), Cancel);
            var told = await Assert.ThrowsAsync<TunnelException>(async () =>
            {
                while (true) await upload.WriteAsync(new byte[64 << 10], Cancel);
            });
            Assert.Contains("there broke the session off", told.Message, StringComparison.Ordinal);
        }

        await TestMesh.UntilAsync(() => there.Status.Sessions + here.Status.Sessions == 0, "the sessions end on both sides");
    }

    [Fact]
    public async Task A_session_whose_node_is_gone_ends_with_an_error_in_time()
    {
        await _mesh.StartRelayAsync("relay");
        var (here, there) = (await _mesh.StartAsync("here", change: options => options with { ResumeTimeout = TimeSpan.FromSeconds(1) }), await _mesh.StartAsync("there"));
        await TestMesh.HeldAsync(there, 1);
        await using var session = await here.ConnectAsync("there", TestMesh.Echo, Cancel);
        await there.DisposeAsync();
        await Assert.ThrowsAsync<TunnelException>(() => session.CopyToAsync(Stream.Null, Cancel)).WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        await TestMesh.UntilAsync(() => here.Status.Sessions == 0, "the session is gone");
    }

    [Fact]
    public async Task A_refusal_says_why()
    {
        var there = await _mesh.StartAsync("there", isOpen: true);
        there.Serve((asked, cancel) => asked.RefuseAsync(SessionRefusal.NotAllowed, $"{asked.Caller} of {asked.CallerGroup} may not use {asked.Target.Service}", cancel));
        var here = await _mesh.StartAsync("here");
        var refused = await Assert.ThrowsAsync<TunnelException>(() => here.ConnectAsync("there", TestMesh.Echo, Cancel));
        Assert.Equal(SessionRefusal.NotAllowed, refused.Refusal);
        Assert.Contains("here of here-site may not use echo", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_becomes_a_relay_and_ceases_to_be_one_without_a_restart()
    {
        var plain = await _mesh.StartAsync("plain", isOpen: true);
        var hidden = await _mesh.StartAsync("hidden");
        hidden.SetRelayNodes([new RelayNode("plain", plain.Routes.Addresses)]);
        await TestMesh.UntilAsync(() => hidden.Status.Relays is [{ Failure: not null }], "the node is no relay yet");
        plain.SetRelay(RelayDuty.Always);
        await TestMesh.HeldAsync(hidden, 1);
        Assert.Contains(hidden.Routes.Addresses, address => address.IsCircuit);
        plain.SetRelay(RelayDuty.Never);
        hidden.SetRelayNodes([]);
        await TestMesh.UntilAsync(() => hidden.Status.Relays.Count == 0, "the relay is known no more");
    }

    [Fact]
    public async Task A_named_relay_that_others_do_not_get_through_to_withdraws_until_they_do()
    {
        var closed = Multiaddr.Parse("/ip4/127.0.0.1/tcp/1");
        var relay = await _mesh.StartAsync(
            "relay",
            isOpen: true,
            RelayDuty.Auto,
            options => options with { Advertise = [closed], RelayNodes = [new RelayNode("relay", [closed])], HeartbeatPeriod = TimeSpan.FromMilliseconds(100) });
        Assert.True(relay.Status.IsRelay, "what nobody was asked about is believed");
        foreach (var name in (string[])["one", "other"]) await (await _mesh.StartAsync(name, isOpen: true)).PingAsync("relay", Cancel);
        await relay.Host.ProbeAsync(Cancel);
        await TestMesh.UntilAsync(() => !relay.Status.IsRelay && !relay.Routes.IsRelay, "a relay that nobody gets through to is none");

        relay.SetAdvertise([.. relay.Host.Addresses.Select(address => address.WithoutPeer()).Where(address => !address.Equals(closed))]);
        await relay.Host.ProbeAsync(Cancel);
        await TestMesh.UntilAsync(() => relay.Status.IsRelay, "it is one again where others get through");
    }

    [Fact]
    public async Task A_node_that_says_where_it_is_reached_is_a_relay_once_another_got_through_there()
    {
        var node = await _mesh.StartAsync("node", isOpen: true, RelayDuty.Auto, options => options with { HeartbeatPeriod = TimeSpan.FromMilliseconds(100) });
        node.SetAdvertise([.. node.Host.Addresses.Select(address => address.WithoutPeer())]);
        Assert.False(node.Status.IsRelay);
        await (await _mesh.StartAsync("other", isOpen: true)).PingAsync("node", Cancel);
        await node.Host.ProbeAsync(Cancel);
        await TestMesh.UntilAsync(() => node.Status.IsRelay, "a node that was called back is a relay");
    }

    [Fact]
    public async Task A_relay_that_ceases_to_be_one_is_replaced_by_another_at_once()
    {
        var first = await _mesh.StartRelayAsync("first");
        var second = await _mesh.StartRelayAsync("second");
        var hidden = await _mesh.StartAsync("hidden", change: options => options with { RelayNodes = [new RelayNode("first", first.Routes.Addresses)] });
        await TestMesh.HeldAsync(hidden, 2);
        var third = await _mesh.StartRelayAsync("third");
        first.SetRelay(RelayDuty.Never);
        second.SetRelay(RelayDuty.Never);
        await TestMesh.UntilAsync(
            () => hidden.Routes.Addresses is [var only] && only.IsCircuit && only.ToString().Contains(third.Peer.ToString(), StringComparison.Ordinal), "only the third puts callers through");
    }

    [Fact]
    public async Task Every_relay_is_measured_in_its_turn_however_few_are_at_a_time()
    {
        foreach (var name in (string[])["one", "two", "three", "four", "five"]) await _mesh.StartRelayAsync(name);
        var hidden = await _mesh.StartAsync("hidden", change: options => options with { MaxCandidates = 2 });
        await TestMesh.UntilAsync(() => hidden.Status.Relays.Count(relay => relay.RoundTrip is not null) == 5, "all five are measured");
    }

    [Fact]
    public async Task A_peer_that_claims_the_name_of_another_node_is_refused()
    {
        var there = await _mesh.StartAsync("there", isOpen: true);
        var settings = new Libp2pOptions { Identity = IdentityKey.Generate(), PreSharedKey = _mesh.Key.Network };
        await using var liar = await Libp2pHost.StartAsync(settings, TimeProvider.System, NullLogger.Instance, TestMesh.Meters);
        var connection = await liar.DialAsync(there.Routes.Addresses[0].WithPeer(there.Peer), Cancel);
        await using var stream = await liar.OpenAsync(connection, ["/skerry/hello/1.0.0"], Cancel);
        await stream.WriteAsync((byte[])[0, 6, 0x0A, 4, .. "here"u8], Cancel);
        await TestMesh.UntilAsync(() => liar.Connections.Count == 0, "the liar is thrown out");
    }

    [Fact]
    public async Task An_EdgeMesh_agent_is_answered_in_its_own_protocols()
    {
        var there = await _mesh.StartAsync("there", isOpen: true);
        there.ServeEdgeMesh((asked, cancel) => asked.Target.Instance == "10.0.0.1:80" ? TestMesh.AnswerEchoAsync(asked, cancel) : asked.RefuseAsync(SessionRefusal.NoSuchService, "not here", cancel));
        var settings = new Libp2pOptions { Identity = IdentityKey.Generate(), PreSharedKey = _mesh.Key.Network };
        await using var agent = await Libp2pHost.StartAsync(settings, TimeProvider.System, NullLogger.Instance, TestMesh.Meters);
        var connection = await agent.DialAsync(there.Routes.Addresses[0].WithPeer(there.Peer), Cancel);

        // Type 0 is CONNECT, 1 SUCCESS, 2 FAILED; fields 4 and 5 are the address.
        Assert.Equal([2, 8, 1], await SayAsync("/libp2p/tunnel-discovery/1.0.0", [2, 8, 0]));
        Assert.Equal([2, 8, 2], await SayAsync("/libp2p/tunnel-proxy/1.0.0", [14, 8, 0, 0x22, 8, .. "10.0.0.2"u8, 40, 80]));
        Assert.Equal([2, 8, 2], await SayAsync("/libp2p/tunnel-proxy/1.0.0", [3, 1, 2, 3]));
        Assert.Equal([2, 8, 1, .. "hello"u8], await SayAsync("/libp2p/tunnel-proxy/1.0.0", [14, 8, 0, 0x22, 8, .. "10.0.0.1"u8, 40, 80, .. "hello"u8]));

        async Task<byte[]> SayAsync(string protocol, byte[] message)
        {
            await using var stream = await agent.OpenAsync(connection, [protocol], Cancel);
            await stream.WriteAsync(message, Cancel);
            await stream.EndWritingAsync(Cancel);
            using var answer = new MemoryStream();
            await stream.CopyToAsync(answer, Cancel);
            return answer.ToArray();
        }
    }

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();
}
