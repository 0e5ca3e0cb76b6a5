using Skerry.Gossip.Wire;

using static Skerry.Gossip.Tests.Wire.Golden;

namespace Skerry.Gossip.Tests.Wire;

public sealed class TagsCodecTests
{
    [Fact]
    public void Tags_are_read_and_written_as_Serf_does()
    {
        var tags = TagsCodec.NoTags.Add("role", "web");
        Assert.True(TagsCodec.TryEncode(tags, out var meta));
        Assert.Equal(Hex(RoleTags), meta);
        Assert.True(TagsCodec.TryDecode(meta.Span, out var decoded, out _));
        Assert.Equal(tags, decoded);

        Assert.True(TagsCodec.TryEncode(TagsCodec.NoTags, out meta));
        Assert.Equal(Hex("ff80"), meta);
    }

    [Fact]
    public void Tags_come_in_any_order_and_stay_sorted()
    {
        Assert.True(TagsCodec.TryDecode(Bytes("ff82a4726f6c65a3776562a26463a178"), out var tags, out _));
        Assert.Equal(["dc", "role"], tags.Keys);
    }

    [Fact]
    public void Meta_from_before_tags_is_the_role()
    {
        Assert.True(TagsCodec.TryDecode("web"u8, out var tags, out _));
        Assert.Equal("web", tags["role"]);
        Assert.True(TagsCodec.TryDecode([], out tags, out _));
        Assert.Equal("", tags["role"]);
    }

    [Fact]
    public void More_than_512_bytes_are_refused()
    {
        // FF, a map of one, "k", and a raw16 value: 1 + 1 + 2 + 3 bytes around it.
        Assert.True(TagsCodec.TryEncode(TagsCodec.NoTags.Add("k", new string('v', 505)), out var meta));
        Assert.Equal(TagsCodec.MaxSize, meta.Length);
        Assert.False(TagsCodec.TryEncode(TagsCodec.NoTags.Add("k", new string('v', 506)), out _));
    }

    [Fact]
    public void Malformed_tags_are_refused()
    {
        Assert.False(TagsCodec.TryDecode(Bytes("ff81a4726f"), out var tags, out var error));
        Assert.Empty(tags);
        Assert.Equal(DecodeError.Truncated, error);
    }
}
