namespace Skerry.Libp2p.Tests;

/// <summary>Which of several connections to a peer its streams take.</summary>
public sealed class PathTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task New_streams_take_the_direct_connection_though_the_relayed_one_is_newer()
    {
        await using var relay = await TestHosts.StartAsync(options => options with { Relay = new RelayOptions() });
        await using var called = await TestHosts.StartAsync();
        await using var caller = await TestHosts.StartAsync();
        var arrived = new TaskCompletionSource<PeerConnection>();
        called.Handle("/skerry/arrive/1.0.0", async (connection, stream, cancel) =>
        {
            arrived.TrySetResult(connection);
            await stream.CopyToAsync(stream, cancel);
        });

        var direct = await caller.DialAsync(called.Addresses[0], Cancel);
        var relayed = await caller.DialAsync(await TestHosts.ReserveAsync(called, relay), Cancel);
        Assert.True(relayed.IsRelayed && !direct.IsRelayed);
        await TestHosts.UntilAsync("both round trips measured", () => caller.Connections.All(connection => connection.RoundTrip > TimeSpan.Zero));
        await using var stream = await caller.OpenAsync(called.PeerId, ["/skerry/arrive/1.0.0"], Cancel);
        Assert.False((await arrived.Task.WaitAsync(Cancel)).IsRelayed);
    }
}
