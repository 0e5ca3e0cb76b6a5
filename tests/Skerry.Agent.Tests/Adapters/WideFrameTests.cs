using Skerry.Agent.Adapters;

namespace Skerry.Agent.Tests.Adapters;

/// <summary>Messages between bridges as bytes, those of hostile ones too.</summary>
public sealed class WideFrameTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(70_000)]
    public async Task A_message_comes_out_as_it_went_in(int length)
    {
        var message = new byte[length];
        new Random(1).NextBytes(message);
        using var stream = new MemoryStream([.. WideFrame.Of(message), .. WideFrame.Of("next"u8.ToArray())]);
        Assert.Equal(message, (await WideFrame.ReadAsync(stream, Cancel))!.Value.ToArray());
        Assert.Equal("next"u8.ToArray(), (await WideFrame.ReadAsync(stream, Cancel))!.Value.ToArray());
        Assert.Null(await WideFrame.ReadAsync(stream, Cancel));
    }

    [Fact]
    public async Task What_is_no_message_ends_the_stream()
    {
        foreach (var head in (byte[][])[[0xFF, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0], [0x01, 0x40, 0x00, 0x01], [0, 0, 0]])
        {
            using var stream = new MemoryStream(head);
            Assert.Null(await WideFrame.ReadAsync(stream, Cancel));
        }

        // Nothing of what was only announced is taken.
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var announced = new MemoryStream([0x01, 0x40, 0x00, 0x00, 1, 2, 3]);
        await Assert.ThrowsAsync<EndOfStreamException>(() => WideFrame.ReadAsync(announced, Cancel));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public async Task Random_bytes_are_taken_or_refused()
    {
        var random = new Random(1);
        for (var round = 0; round < 5000; round++)
        {
            var bytes = new byte[random.Next(40)];
            random.NextBytes(bytes);
            if (round % 2 == 0 && bytes.Length > 4) bytes[0] = bytes[1] = bytes[2] = 0;
            using var stream = new MemoryStream(bytes);
            var failed = await Record.ExceptionAsync(async () =>
            {
                while (await WideFrame.ReadAsync(stream, Cancel) is { } message) Assert.True(message.Length <= bytes.Length);
            });
            Assert.True(failed is null or EndOfStreamException, failed?.ToString());
        }
    }
}
