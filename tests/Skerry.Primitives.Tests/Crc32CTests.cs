namespace Skerry.Primitives.Tests;

/// <summary>The checksum, against RFC 3720's values (appendix B.4) and the customary one.</summary>
public sealed class Crc32CTests
{
    [Fact]
    public void It_is_Castagnolis()
    {
        Assert.Equal(0xE3069283u, Crc32C.Of("123456789"u8));
        Assert.Equal(0x8A9136AAu, Crc32C.Of(new byte[32]));
        Assert.Equal(0u, Crc32C.Of([]));
    }

    [Fact]
    public void In_pieces_it_is_the_same()
    {
        var bytes = Enumerable.Range(0, 100).Select(i => (byte)i).ToArray();
        for (var cut = 0; cut <= bytes.Length; cut++) Assert.Equal(Crc32C.Of(bytes), ~Crc32C.Add(Crc32C.Add(Crc32C.Seed, bytes.AsSpan(0, cut)), bytes.AsSpan(cut)));
    }
}
