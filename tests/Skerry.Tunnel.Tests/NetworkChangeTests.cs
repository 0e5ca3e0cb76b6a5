using System.Net;
using System.Net.Sockets;

using Skerry.Libp2p;

namespace Skerry.Tunnel.Tests;

/// <summary>A machine that goes from one network to another under what runs.</summary>
public sealed class NetworkChangeTests : IAsyncDisposable
{
    private readonly TestMesh _mesh = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_goes_on_over_new_connections_and_the_relays_are_held_again()
    {
        await _mesh.StartRelayAsync("one");
        await _mesh.StartRelayAsync("two");
        var (here, there) = (await _mesh.StartAsync("here"), await _mesh.StartAsync("there"));
        await TestMesh.HeldAsync(here, 2);
        await TestMesh.HeldAsync(there, 2);
        await using var session = await here.ConnectAsync("there", TestMesh.Echo, Cancel);
        await EchoAsync(session);
        var before = here.Host.Connections.Select(connection => connection.Id).ToHashSet();

        here.Host.Leave(_ => false);
        await EchoAsync(session);
        await TestMesh.HeldAsync(here, 2);
        Assert.DoesNotContain(here.Host.Connections, connection => before.Contains(connection.Id));
    }

    [Fact]
    public async Task A_call_that_went_out_before_is_made_again()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        silent.Listen();
        _mesh.Directory.Set(new NodeRoutes("there", "site", [Multiaddr.FromTcp((IPEndPoint)silent.LocalEndPoint!)], IsRelay: false, ""));
        var here = await _mesh.StartAsync("here", change: options => options with { DialTimeout = TimeSpan.FromMinutes(10) });
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var opening = here.ConnectAsync("there", TestMesh.Echo, enough.Token);
        using var first = await silent.AcceptAsync(Cancel);
        here.Host.Leave(_ => true);
        using var second = await silent.AcceptAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
    }

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    private static async Task EchoAsync(SessionStream session)
    {
        await session.WriteAsync("hello"u8.ToArray(), Cancel);
        var back = new byte[5];
        await session.ReadExactlyAsync(back, Cancel);
        Assert.Equal("hello"u8.ToArray(), back);
    }
}
