using Skerry.Proxy.Datagrams;

namespace Skerry.Proxy.Tests.Datagrams;

/// <summary>Datagrams on a stream, and bytes of a peer that sends something else.</summary>
public sealed class StreamDatagramChannelTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_535)]
    public async Task A_datagram_comes_out_as_it_went_in(int length)
    {
        var (here, there) = PipeStream.Pair();
        using var sender = new StreamDatagramChannel(here);
        using var receiver = new StreamDatagramChannel(there);
        var sent = new byte[length];
        new Random(1).NextBytes(sent);
        await sender.SendAsync(sent, Cancel);
        // Longer than any: dropped, and the next is whole.
        await sender.SendAsync(new byte[Datagram.MaxLength + 1], Cancel);
        await sender.SendAsync("next"u8.ToArray(), Cancel);
        Assert.Equal(sent, await TakeAsync(receiver));
        Assert.Equal("next"u8.ToArray(), await TakeAsync(receiver));
    }

    [Fact]
    public async Task Random_bytes_are_datagrams_until_they_end_in_the_middle_of_one()
    {
        var random = new Random(1);
        for (var round = 0; round < 500; round++)
        {
            var (here, there) = PipeStream.Pair();
            using var receiver = new StreamDatagramChannel(there);
            var bytes = new byte[random.Next(60)];
            random.NextBytes(bytes);
            for (var i = 0; i < bytes.Length && round % 2 == 0; i += 8) bytes[i] = 0;
            await here.WriteAsync(bytes, Cancel);
            await here.EndWritingAsync(Cancel);
            var left = bytes.Length;
            var failed = await Record.ExceptionAsync(async () =>
            {
                while (await receiver.ReceiveAsync(Cancel) is { } datagram)
                {
                    left -= 2 + datagram.Length;
                    datagram.Return();
                }
            });
            Assert.True(failed is IOException || (failed is null && left == 0), $"{failed}, {left} bytes are left");
            here.Dispose();
        }
    }

    private static async Task<byte[]> TakeAsync(StreamDatagramChannel channel)
    {
        var datagram = (await channel.ReceiveAsync(Cancel))!.Value;
        var bytes = datagram.Bytes.ToArray();
        datagram.Return();
        return bytes;
    }
}
