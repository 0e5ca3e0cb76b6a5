using System.Net;
using System.Net.Sockets;

using Skerry.Agent.Adapters;

namespace Skerry.Agent.Tests.Adapters;

/// <summary>What waits to be sent to a bridge of another group.</summary>
public sealed class WidePeerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void What_is_put_in_while_there_is_no_stream_or_beyond_the_bound_is_refused()
    {
        using var peer = new WidePeer("there", maxWaiting: 2);
        Assert.False(peer.TryPut("early"u8.ToArray()));
        peer.IsOpen = true;
        Assert.True(peer.TryPut("one"u8.ToArray()) && peer.TryPut("two"u8.ToArray()));
        Assert.False(peer.TryPut("three"u8.ToArray()));
    }

    [Fact]
    public void What_waits_is_bounded_in_bytes_too_and_one_message_always_may()
    {
        using var peer = new WidePeer("there", maxWaiting: 100) { IsOpen = true };
        Assert.True(peer.TryPut(new byte[WidePeer.MaxWaitingBytes + 1]));
        Assert.False(peer.TryPut(new byte[1]));
        using var other = new WidePeer("there", maxWaiting: 100) { IsOpen = true };
        for (var i = 0; i < 4; i++) Assert.True(other.TryPut(new byte[WidePeer.MaxWaitingBytes / 4]));
        Assert.False(other.TryPut(new byte[1]));
    }

    [Fact]
    public async Task Messages_go_out_behind_their_lengths_until_the_other_side_ends()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint, Cancel);
        using var other = await listener.AcceptTcpClientAsync(Cancel);
        using var peer = new WidePeer("there", maxWaiting: 2) { IsOpen = true };
        peer.TryPut("one"u8.ToArray());
        var sending = peer.SendAllAsync(client.GetStream(), Cancel);
        var sent = new byte[7];
        await other.GetStream().ReadExactlyAsync(sent, Cancel);
        Assert.Equal([0, 0, 0, 3, .. "one"u8], sent);
        Assert.False(sending.IsCompleted);
        other.Client.Shutdown(SocketShutdown.Send);
        await sending.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
    }

    [Fact]
    public async Task Waking_ends_a_pause_and_only_that_one()
    {
        using var peer = new WidePeer("there", maxWaiting: 2);
        var first = peer.PauseAsync(TimeSpan.FromHours(1), TimeProvider.System, Cancel);
        Assert.False(first.IsCompleted);
        peer.Wake();
        await first.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        using var over = new CancellationTokenSource();
        var second = peer.PauseAsync(TimeSpan.FromHours(1), TimeProvider.System, over.Token);
        Assert.False(second.IsCompleted);
        await over.CancelAsync();
        await second.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
    }
}
