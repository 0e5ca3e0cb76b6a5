using System.Buffers.Binary;

using Skerry.Raft.Core;
using Skerry.Raft.Driver;
using Skerry.Raft.Wire;

namespace Skerry.Raft.Tests.Driver;

public sealed class FrameReaderTests
{
    private static readonly RaftMessage[] Messages =
    [
        new Heartbeat(1, 2, 3, 4, 5),
        new Append(1, 2, 3, 0, 0, [RaftEntry.Command(1, 3, new byte[300_000])], 0, 1),
        new VoteResponse(2, 1, 3, IsGranted: true),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    [InlineData(int.MaxValue)]
    public async Task Messages_come_in_order_however_the_stream_cuts_them(int piece)
    {
        var reader = new FrameReader(new PieceStream(Messages.SelectMany(Frame).ToArray(), piece));
        var read = new List<RaftMessage>();
        while (read.Count < Messages.Length)
        {
            var some = new List<RaftMessage>();
            Assert.Null(await reader.ReadAsync(some, CancellationToken.None));
            read.AddRange(some);
        }

        Assert.Equal(Messages.Select(message => message.GetType()), read.Select(message => message.GetType()));
        Assert.Equal(Messages[0], read[0]);
        Assert.NotNull(await reader.ReadAsync([], CancellationToken.None));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(WireLimits.MaxMessageBytes + 1)]
    [InlineData(int.MaxValue)]
    public async Task A_length_beyond_the_limit_ends_the_stream_before_anything_is_allocated(int length)
    {
        var head = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(head, length);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.NotNull(await new FrameReader(new PieceStream(head, 4)).ReadAsync([], CancellationToken.None));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
    }

    [Fact]
    public async Task Bytes_that_are_no_message_end_the_stream()
    {
        var frame = Frame(Messages[0]);
        for (var i = 4; i < frame.Length; i++) frame[i] = 0xff;
        Assert.NotNull(await new FrameReader(new PieceStream(frame, frame.Length)).ReadAsync([], CancellationToken.None));
    }

    private static byte[] Frame(RaftMessage message)
    {
        var bytes = RaftCodec.Encode(message);
        var frame = new byte[4 + bytes.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, bytes.Length);
        bytes.CopyTo(frame, 4);
        return frame;
    }

    private sealed class PieceStream(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, piece)], cancellationToken);
    }
}
