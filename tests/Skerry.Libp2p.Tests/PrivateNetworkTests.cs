using System.Net;
using System.Net.Sockets;

namespace Skerry.Libp2p.Tests;

/// <summary>Who has which key of a private network, and who is let in with it.</summary>
public sealed class PrivateNetworkTests
{
    private static readonly PreSharedKey Old = PreSharedKey.Generate();
    private static readonly PreSharedKey New = PreSharedKey.Generate();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // Of one key following another: every pair of nodes that may meet on the way.
    [Theory]
    [InlineData("old", "old+new", false)]
    [InlineData("old+new", "old", false)]
    [InlineData("old+new", "new+old", false)]
    [InlineData("new+old", "old+new", false)]
    [InlineData("new+old", "old", false)]
    [InlineData("old", "new+old", false)]
    [InlineData("new", "new+old", false)]
    [InlineData("new+old", "new", false)]
    [InlineData("old+new", "new", false)]
    [InlineData("new+old", "old", true)]
    [InlineData("old", "new+old", true)]
    public async Task Two_that_share_a_key_connect_whichever_comes_first(string caller, string called, bool isWeb)
    {
        await using var listener = await StartAsync(called, isWeb);
        await using var dialler = await StartAsync(caller, isWeb);
        Assert.Equal(listener.PeerId, await dialler.ConnectAsync(listener.Addresses[0], Cancel));
        await dialler.PingAsync(listener.PeerId, Cancel);
    }

    [Theory]
    [InlineData("new", "old")]
    [InlineData("old", "none")]
    [InlineData("none", "old")]
    public async Task Two_that_share_no_key_do_not(string caller, string called)
    {
        await using var listener = await StartAsync(called, seconds: 3);
        await using var dialler = await StartAsync(caller, seconds: 3);
        await Assert.ThrowsAnyAsync<Libp2pException>(() => dialler.ConnectAsync(listener.Addresses[0], Cancel));
        await TestHosts.UntilAsync("nobody shakes hands", () => listener.Handshakes == 0);
        Assert.Empty(listener.Connections);
    }

    [Fact]
    public async Task Keys_change_for_the_next_connection_and_leave_those_that_stand()
    {
        await using var listener = await StartAsync("old");
        await using var dialler = await StartAsync("old");
        await dialler.ConnectAsync(listener.Addresses[0], Cancel);
        listener.SetPreSharedKeys([New]);
        await dialler.PingAsync(listener.PeerId, Cancel);
        await using var second = await StartAsync("old");
        await Assert.ThrowsAnyAsync<Libp2pException>(() => second.ConnectAsync(listener.Addresses[0], Cancel));
        second.SetPreSharedKeys([Old, New]);
        await second.ConnectAsync(listener.Addresses[0], Cancel);
    }

    // Everything a caller said is said again, byte by byte: the called side's nonce and its part of the key agreement are others each time.
    [Theory]
    [InlineData("/noise", "old")]
    [InlineData("/noise", "none")]
    [InlineData("/tls/1.0.0", "none")]
    public async Task A_recorded_handshake_is_of_no_use_to_who_replays_it(string security, string network)
    {
        await using var listener = await StartAsync(network, security: security);
        await using var dialler = await StartAsync(network, security: security);
        listener.Addresses[0].TryGetTcp(out var target);
        using var tap = new TcpListener(IPAddress.Loopback, 0);
        tap.Start();
        var recording = new MemoryStream();
        var tapping = RecordAsync(tap, (IPEndPoint)target!, recording);
        await dialler.ConnectAsync(Multiaddr.FromTcp((IPEndPoint)tap.LocalEndpoint).WithPeer(listener.PeerId), Cancel);
        await dialler.PingAsync(listener.PeerId, Cancel);
        await dialler.DisposeAsync();
        await tapping;
        await TestHosts.UntilAsync("the connection is over", () => listener.Connections.Count == 0);

        using var replay = new TcpClient();
        await replay.ConnectAsync((IPEndPoint)target!, Cancel);
        await replay.GetStream().WriteAsync(recording.ToArray(), Cancel);
        try
        {
            // The listener says what it has to say and hangs up, instead of taking the recording for the peer.
            await replay.GetStream().CopyToAsync(Stream.Null, Cancel).WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        }
        catch (IOException)
        {
            // By a reset: it had not read all.
        }

        Assert.Empty(listener.Connections);
    }

    private static async Task RecordAsync(TcpListener tap, IPEndPoint target, Stream recording)
    {
        using var caller = await tap.AcceptTcpClientAsync(Cancel);
        using var called = new TcpClient();
        await called.ConnectAsync(target, Cancel);
        var back = called.GetStream().CopyToAsync(caller.GetStream(), Cancel);
        var (buffer, count) = (new byte[4096], 0);
        while ((count = await caller.GetStream().ReadAsync(buffer, Cancel)) > 0)
        {
            recording.Write(buffer, 0, count);
            await called.GetStream().WriteAsync(buffer.AsMemory(0, count), Cancel);
        }

        called.Client.Shutdown(SocketShutdown.Send);
        await back.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static Task<Libp2pHost> StartAsync(string keys, bool isWeb = false, string? security = null, int seconds = 20)
    {
        PreSharedKey[] known = [.. keys.Split('+').Where(key => key != "none").Select(key => key == "old" ? Old : New)];
        return TestHosts.StartAsync(options => options with
        {
            Listen = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0" + (isWeb ? "/ws" : ""))],
            PreSharedKey = known.FirstOrDefault(),
            OtherPreSharedKeys = [.. known.Skip(1)],
            Security = security is null ? options.Security : [security],
            HandshakeTimeout = TimeSpan.FromSeconds(seconds),
        });
    }
}
