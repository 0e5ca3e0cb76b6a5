using System.Collections.Immutable;
using System.Text;

using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Wire;

/// <summary>
/// Serf's tags as a node's meta: <c>FF</c>, then a map of strings. Meta that begins otherwise is from before tags: all of it is the tag
/// <c>role</c>.
/// </summary>
internal static class TagsCodec
{
    /// <summary>The most that tags may take up encoded, bytes: memberlist's limit on meta.</summary>
    public const int MaxSize = 512;

    private const byte Magic = 0xFF;

    public static ImmutableSortedDictionary<string, string> NoTags { get; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Tags as meta.</summary>
    /// <returns>False when they take more than <see cref="MaxSize"/> bytes.</returns>
    public static bool TryEncode(ImmutableSortedDictionary<string, string> tags, out ByteString meta)
    {
        var writer = new MessagePackWriter(stackalloc byte[MaxSize]);
        try
        {
            writer.WriteByte(Magic);
            Write(tags, ref writer);
            var fits = writer.Length <= MaxSize;
            meta = fits ? ByteString.Own(writer.ToArray()) : ByteString.Empty;
            return fits;
        }
        finally
        {
            writer.Dispose();
        }
    }

    /// <summary>Meta as tags, in ordinal order of the keys.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> meta, out ImmutableSortedDictionary<string, string> tags, out DecodeError error)
    {
        error = DecodeError.None;
        if (meta.IsEmpty || meta[0] != Magic)
        {
            tags = NoTags.Add("role", Encoding.UTF8.GetString(meta));
            return true;
        }

        var reader = new MessagePackReader(meta[1..]);
        tags = Read(ref reader);
        error = reader.Error;
        if (error != DecodeError.None) tags = NoTags;
        return error == DecodeError.None;
    }

    public static ImmutableSortedDictionary<string, string> Read(ref MessagePackReader reader)
    {
        var count = reader.ReadMapHeader();
        if (count == 0) return NoTags;
        var tags = NoTags.ToBuilder();
        for (var i = 0; i < count && reader.Ok; i++)
        {
            var key = reader.ReadString();
            tags[key] = reader.ReadString();
        }

        return tags.ToImmutable();
    }

    public static void Write(ImmutableSortedDictionary<string, string> tags, ref MessagePackWriter writer)
    {
        writer.WriteMapHeader(tags.Count);
        foreach (var (key, value) in tags)
        {
            writer.WriteString(key);
            writer.WriteString(value);
        }
    }
}
