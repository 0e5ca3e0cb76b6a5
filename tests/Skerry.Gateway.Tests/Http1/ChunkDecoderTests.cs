using System.Buffers;
using System.Globalization;
using System.Text;

using FsCheck;
using FsCheck.Fluent;

using Skerry.Gateway.Http1;
using Skerry.Primitives;

namespace Skerry.Gateway.Tests.Http1;

public sealed class ChunkDecoderTests
{
    [Fact]
    public void Any_body_in_any_chunks_received_in_any_pieces_comes_out_as_it_was()
    {
        Prop.ForAll<byte[][], PositiveInt>((chunks, step) =>
        {
            var wire = new List<byte>();
            foreach (var chunk in chunks.Where(chunk => chunk.Length > 0))
            {
                wire.AddRange(Encoding.ASCII.GetBytes(chunk.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n"));
                wire.AddRange(chunk);
                wire.AddRange("\r\n"u8);
            }

            wire.AddRange("0\r\nX-Sum: 1\r\n\r\nHTTP/1.1"u8);
            var (data, left, isDone) = Decode([.. wire], step.Get % 7 + 1);
            return isDone && data.AsSpan().SequenceEqual(chunks.SelectMany(chunk => chunk).ToArray()) && left == "HTTP/1.1".Length;
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("5\nhello\r\n0\r\n\r\n")]
    [InlineData("+5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("0x5\r\nhello\r\n0\r\n\r\n")]
    [InlineData(" 5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("\r\nhello")]
    [InlineData(";x=y\r\nhello")]
    [InlineData("5\r\nhello0\r\n\r\n")]
    [InlineData("5\r\nhello!\r\n0\r\n\r\n")]
    [InlineData("5;a=\rb\r\nhello\r\n0\r\n\r\n")]
    [InlineData("ffffffffffffffff\r\n")]
    [InlineData("10000000000000000\r\n")]
    [InlineData("0\r\nX y: 1\r\n\r\n")]
    [InlineData("0\r\n folded\r\n\r\n")]
    [InlineData("0\r\nX: \0\r\n\r\n")]
    public void What_two_parsers_could_read_in_two_ways_is_refused(string wire) =>
        Assert.Equal(UpstreamFailure.Protocol, Assert.Throws<UpstreamException>(() => Decode(AnswerBytes.Bytes(wire), 1024)).Failure);

    [Fact]
    public void Lines_and_trailers_without_end_are_refused()
    {
        Assert.Throws<UpstreamException>(() => Decode(AnswerBytes.Bytes("5;" + new string('x', 5000)), 1024));
        Assert.Throws<UpstreamException>(() => Decode(AnswerBytes.Bytes("0\r\n" + string.Concat(Enumerable.Repeat("X: " + new string('y', 100) + "\r\n", 400))), 1024));
    }

    [Fact]
    public void A_spoilt_body_never_throws_anything_else_and_never_asks_for_more_room_than_there_are_bytes()
    {
        var random = new Prng(20261121);
        for (var turn = 0; turn < 200_000; turn++)
        {
            var wire = AnswerBytes.Mutate(AnswerBytes.Chunks[turn % AnswerBytes.Chunks.Length], random);
            try
            {
                Decode(wire, random.Next(40) + 1);
            }
            catch (UpstreamException)
            {
                // The one that is allowed.
            }
        }
    }

    private static (byte[] Data, int Left, bool IsDone) Decode(byte[] wire, int step)
    {
        var decoder = new ChunkDecoder();
        var writer = new ModestWriter(wire.Length);
        var received = new List<byte>();
        for (var at = 0; at < wire.Length; at += step)
        {
            received.AddRange(wire.AsSpan(at, Math.Min(step, wire.Length - at)));
            var (consumed, _) = decoder.Advance([.. received], writer, null);
            received.RemoveRange(0, consumed);
        }

        return ([.. writer.Written], received.Count, decoder.IsDone);
    }

    /// <summary>Gives out no more room than all that was received could need.</summary>
    private sealed class ModestWriter(int most) : IBufferWriter<byte>
    {
        private byte[] _current = [];

        public List<byte> Written { get; } = [];

        public void Advance(int count) => Written.AddRange(_current.AsSpan(0, count));

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            Assert.InRange(sizeHint, 0, most);
            return _current = new byte[Math.Max(sizeHint, 1)];
        }

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }
}
