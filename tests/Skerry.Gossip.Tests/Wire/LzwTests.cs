using System.Text;

using Skerry.Gossip.Wire;
using Skerry.Primitives;

namespace Skerry.Gossip.Tests.Wire;

public sealed class LzwTests
{
    private const int Plenty = 1 << 20;

    public static byte[] Compress(ReadOnlySpan<byte> source)
    {
        var destination = new byte[(2 * source.Length) + 16];
        Assert.True(LzwEncoder.TryCompress(source, destination, out var written));
        return destination[..written];
    }

    [Theory]
    [InlineData("", "000302")]
    [InlineData("a", "00c30404")]
    [InlineData("aaaaaaaaaaaa", "00c3081c48506040")]
    [InlineData("hello hello hello hello", "00d19461c3e60d0881040d222c787060c180")]
    public void Vectors_of_Go_s_compressor_come_out_both_ways(string text, string hex)
    {
        Assert.Equal(hex, Convert.ToHexStringLower(Compress(Encoding.ASCII.GetBytes(text))));
        var destination = new byte[text.Length];
        Assert.Equal(LzwResult.Complete, LzwDecoder.Decompress(Convert.FromHexString(hex), destination, out var written));
        Assert.Equal(text, Encoding.ASCII.GetString(destination.AsSpan(0, written)));
    }

    [Fact]
    public void Whatever_is_compressed_comes_back()
    {
        // Alphabets from one byte to all, and lengths over which codes widen and the table fills and is cleared several times.
        var prng = new Prng(1);
        var destination = new byte[Plenty];
        foreach (var alphabet in new[] { 1, 2, 3, 16, 256 })
        {
            foreach (var length in new[] { 1, 2, 255, 256, 257, 258, 512, 1_024, 1_400, 3_838, 3_839, 3_840, 4_096, 40_000, 300_000 })
            {
                var source = new byte[length];
                for (var i = 0; i < length; i++) source[i] = (byte)prng.Next(alphabet);
                Assert.Equal(LzwResult.Complete, LzwDecoder.Decompress(Compress(source), destination, out var written));
                Assert.True(source.AsSpan().SequenceEqual(destination.AsSpan(0, written)), $"alphabet {alphabet}, length {length}");
            }
        }
    }

    [Fact]
    public void Every_short_length_comes_back()
    {
        // The pending code may be the one that widens the end code or fills the table: every length passes that edge somewhere.
        var prng = new Prng(2);
        var source = new byte[5_000];
        prng.Fill(source);
        var destination = new byte[source.Length];
        for (var length = 0; length <= source.Length; length++)
        {
            Assert.Equal(LzwResult.Complete, LzwDecoder.Decompress(Compress(source.AsSpan(0, length)), destination, out var written));
            Assert.Equal(length, written);
            Assert.True(source.AsSpan(0, length).SequenceEqual(destination.AsSpan(0, length)), $"length {length}");
        }
    }

    [Fact]
    public void A_full_destination_ends_it_on_both_sides()
    {
        var source = new byte[1_000];
        var compressed = Compress(source);
        Assert.False(LzwEncoder.TryCompress(source, new byte[compressed.Length - 1], out _));
        Assert.True(LzwEncoder.TryCompress(source, new byte[compressed.Length], out _));
        Assert.Equal(LzwResult.DestinationTooSmall, LzwDecoder.Decompress(compressed, new byte[999], out var written));
        Assert.InRange(written, 0, 999);
        Assert.Equal(LzwResult.Complete, LzwDecoder.Decompress(compressed, new byte[1_000], out _));
    }

    [Fact]
    public void What_is_cut_off_or_cannot_be_is_corrupt()
    {
        var compressed = Compress("hello hello hello hello"u8);
        for (var length = 0; length < compressed.Length; length++)
        {
            Assert.Equal(LzwResult.Corrupt, LzwDecoder.Decompress(compressed.AsSpan(0, length), new byte[100], out _));
        }

        // The first code is 300, before any entry was made.
        Assert.Equal(LzwResult.Corrupt, LzwDecoder.Decompress([0x2C, 0x01, 0, 0], new byte[100], out _));
    }

    [Fact]
    public void Bytes_after_the_end_code_are_not_looked_at()
    {
        Assert.Equal(LzwResult.Complete, LzwDecoder.Decompress([0, 3, 2, 0xFF, 0xFF], [], out var written));
        Assert.Equal(0, written);
    }
}
