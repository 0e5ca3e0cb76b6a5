using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Wire;

/// <summary>
/// A query's filter: a byte for its kind, then its body.
/// <code>
/// 0  list(str)             names of nodes
/// 1  {Tag str, Expr str}   a tag and the regular expression it must match
/// </code>
/// </summary>
internal static class FilterCodec
{
    private const byte NodeKind = 0;
    private const byte TagKind = 1;
    private const int TypicalSize = 256;

    private static readonly FieldTable TagFields = new("Tag", "Expr");

    /// <summary>A filter, <see cref="UnknownFilter"/> when it is of another kind or malformed: it then passes nobody.</summary>
    public static QueryFilter Decode(ReadOnlySpan<byte> source)
    {
        if (source.IsEmpty) return new UnknownFilter(ByteString.Empty);
        var reader = new MessagePackReader(source[1..]);
        QueryFilter? filter = source[0] switch
        {
            NodeKind => new NodeFilter(SerfStateCodec.ReadStrings(ref reader)),
            TagKind => ReadTag(ref reader),
            _ => null,
        };
        return filter is not null && reader.Ok ? filter : new UnknownFilter(ByteString.CopyOf(source));
    }

    public static byte[] Encode(QueryFilter filter)
    {
        var writer = new MessagePackWriter(stackalloc byte[TypicalSize]);
        try
        {
            Write(filter, ref writer);
            return writer.ToArray();
        }
        finally
        {
            writer.Dispose();
        }
    }

    private static void Write(QueryFilter filter, ref MessagePackWriter writer)
    {
        switch (filter)
        {
            case NodeFilter nodes:
                writer.WriteByte(NodeKind);
                SerfStateCodec.WriteStrings(nodes.Nodes, ref writer);
                break;
            case TagFilter tag:
                writer.WriteByte(TagKind);
                writer.WriteMapHeader(2);
                writer.WriteField("Expr"u8);
                writer.WriteString(tag.Expression);
                writer.WriteField("Tag"u8);
                writer.WriteString(tag.Tag);
                break;
            case UnknownFilter unknown:
                writer.WriteVerbatim(unknown.Encoded.Span);
                break;
            default:
                throw new ArgumentException($"No encoding for {filter.GetType().Name}.", nameof(filter));
        }
    }

    private static TagFilter ReadTag(ref MessagePackReader reader)
    {
        var (tag, expression) = ("", "");
        var cursor = reader.BeginStruct();
        while (reader.NextField(TagFields, ref cursor, out var field))
        {
            if (field == 0) tag = reader.ReadString();
            else expression = reader.ReadString();
        }

        return new TagFilter(tag, expression);
    }
}
