using System.Net;
using System.Net.Sockets;

using Skerry.Libp2p;

namespace Skerry.Tunnel.Tests;

/// <summary>Nobody waits for a node that membership knows to be dead; for one that only cannot be heard, everybody does.</summary>
public sealed class DeadNodeTests : IAsyncDisposable
{
    private readonly TestMesh _mesh = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_with_a_node_that_dies_ends_when_membership_says_so_and_not_before()
    {
        var relay = await _mesh.StartRelayAsync("relay");
        var (here, there) = (await StartPatientAsync("here"), await StartPatientAsync("there"));
        await TestMesh.HeldAsync(there, 1);
        there.Serve(async (asked, cancel) =>
        {
            await asked.AcceptAsync(cancel);
            await Task.Delay(Timeout.Infinite, cancel); // until the node stops
        });
        await using var session = await here.ConnectAsync("there", TestMesh.Echo, Cancel);
        var reading = session.ReadAsync(new byte[1], Cancel).AsTask();
        // Not the node itself: one that stops may still say that it knows of no session.
        await relay.DisposeAsync();
        await TestMesh.UntilAsync(() => session.Path == PathKind.None, "the path is lost");
        _mesh.SetDead("another");
        Assert.False(reading.IsCompleted);
        _mesh.SetDead("there");
        var lost = await Assert.ThrowsAsync<TunnelException>(() => reading.WaitAsync(TimeSpan.FromSeconds(30), Cancel));
        Assert.Contains("there is dead", lost.Message, StringComparison.Ordinal);
        await TestMesh.UntilAsync(() => here.Status.Sessions == 0, "the session is gone");
    }

    [Fact]
    public async Task A_node_waits_no_longer_for_the_return_of_a_caller_that_is_dead()
    {
        var there = await StartPatientAsync("there", isOpen: true);
        // What it asks for is still wanted when it goes: not a session broken off in good order.
        var served = new TaskCompletionSource<SessionStream>();
        there.Serve(async (asked, cancel) =>
        {
            served.SetResult(await asked.AcceptAsync(cancel));
            await Task.Delay(Timeout.Infinite, cancel); // until the node stops
        });
        await using var raw = await RawNode.StartAsync(_mesh, "raw");
        var asked = await raw.AskAsync(there, Guid.NewGuid(), attempt: 1);
        Assert.Equal(0u, (await asked.AnswerAsync()).Status);
        var session = await served.Task.WaitAsync(Cancel);
        await TestMesh.UntilAsync(() => session.Path != PathKind.None, "the session rides a path");
        await raw.DisposeAsync();
        await TestMesh.UntilAsync(() => session.Path == PathKind.None, "the path is lost");
        Assert.Equal(1, there.Status.Sessions);
        _mesh.SetDead("raw");
        await TestMesh.UntilAsync(() => there.Status.Sessions == 0, "the session is over");
    }

    [Fact]
    public async Task Opening_a_session_ends_when_its_node_is_found_to_be_dead_meanwhile()
    {
        var here = await StartPatientAsync("here");
        using var silent = SilentListener(out var address);
        _mesh.Directory.Set(new NodeRoutes("there", "site", [address], IsRelay: false, ""));
        var opening = here.ConnectAsync("there", TestMesh.Echo, Cancel);
        using var caller = await silent.AcceptAsync(Cancel);
        Assert.False(opening.IsCompleted);
        _mesh.SetDead("there");
        var failed = await Assert.ThrowsAsync<TunnelException>(() => opening.WaitAsync(TimeSpan.FromSeconds(30), Cancel));
        Assert.Contains("there is dead", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_is_known_to_be_dead_is_not_even_dialled()
    {
        var here = await StartPatientAsync("here");
        using var silent = SilentListener(out var address);
        _mesh.Directory.Set(new NodeRoutes("there", "site", [address], IsRelay: false, ""));
        _mesh.SetDead("there");
        await Assert.ThrowsAsync<TunnelException>(() => here.ConnectAsync("there", TestMesh.Echo, Cancel).WaitAsync(TimeSpan.FromSeconds(30), Cancel));
        Assert.False(silent.Poll(0, SelectMode.SelectRead));
    }

    [Fact]
    public async Task A_connection_that_stands_is_believed_more_than_a_rumour()
    {
        var there = await _mesh.StartAsync("there", isOpen: true);
        var here = await StartPatientAsync("here");
        await here.PingAsync("there", Cancel);
        _mesh.SetDead("there");
        await using var session = await here.ConnectAsync("there", TestMesh.Echo, Cancel);
        await TestMesh.ExchangeAsync(session, 1000);
        Assert.Equal("there", there.Status.Node);
    }

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    /// <summary>Takes calls and says nothing.</summary>
    private static Socket SilentListener(out Multiaddr address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        address = Multiaddr.FromTcp((IPEndPoint)socket.LocalEndPoint!);
        return socket;
    }

    /// <summary>A node whose own patience never ends a test.</summary>
    private Task<TunnelNode> StartPatientAsync(string name, bool isOpen = false) =>
        _mesh.StartAsync(name, isOpen, change: options => options with { ResumeTimeout = TimeSpan.FromMinutes(10), DialTimeout = TimeSpan.FromMinutes(10) });
}
