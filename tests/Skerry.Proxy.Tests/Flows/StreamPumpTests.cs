using Skerry.Proxy.Flows;

namespace Skerry.Proxy.Tests.Flows;

/// <summary>Bytes between two streams in memory.</summary>
public sealed class StreamPumpTests
{
    [Fact]
    public async Task Each_direction_ends_by_itself_and_the_pump_when_both_have()
    {
        var (client, here) = PipeStream.Pair();
        var (there, service) = PipeStream.Pair();
        var (up, down) = (0, 0);
        var pumping = StreamPump.RunAsync(here, there, (toService, bytes) => _ = toService ? up += bytes : down += bytes);
        await client.WriteAsync(new byte[100_000]);
        await client.EndWritingAsync();
        await ReadToEndAsync(service, 100_000);
        Assert.False(pumping.IsCompleted);
        await service.WriteAsync(new byte[7]);
        await service.EndWritingAsync();
        await ReadToEndAsync(client, 7);
        await pumping.WaitAsync(TestClient.Limit);
        Assert.Equal((100_000, 7), (up, down));
        foreach (var stream in (PipeStream[])[client, here, there, service]) stream.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_side_that_breaks_in_whatever_way_breaks_the_other_off(bool atClient)
    {
        var (mine, here) = PipeStream.Pair();
        var odd = new OddStream();
        var pumping = atClient ? StreamPump.RunAsync(odd, here, (_, _) => { }) : StreamPump.RunAsync(here, odd, (_, _) => { });
        var broken = await Assert.ThrowsAsync<IOException>(() => pumping.WaitAsync(TestClient.Limit));
        Assert.Equal("odd", broken.Message);
        Assert.True(odd.IsAborted);
        await Assert.ThrowsAsync<IOException>(() => mine.ReadAsync(new byte[1]).AsTask().WaitAsync(TestClient.Limit));
        mine.Dispose();
        here.Dispose();
    }

    private static async Task ReadToEndAsync(PipeStream stream, int expected)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all).WaitAsync(TestClient.Limit);
        Assert.Equal(expected, all.Length);
    }

    /// <summary>Says that it is over as a reader that was taken away does.</summary>
    private sealed class OddStream : ServiceStream
    {
        public bool IsAborted { get; private set; }

        public override string PathKind => "direct";

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new InvalidOperationException("odd");

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => throw new InvalidOperationException("odd");

        public override ValueTask EndWritingAsync(CancellationToken cancel = default) => ValueTask.CompletedTask;

        public override void Abort() => IsAborted = true;
    }
}
