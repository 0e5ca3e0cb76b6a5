namespace Skerry.Manifest.Core;

/// <summary>
/// A B+ tree of records that shares what did not change with its predecessors (path copying): a reader or a snapshot keeps a root and is never in the way of
/// a writer. Writing a key that is there touches only its record; the tree changes when keys come and go.
/// </summary>
internal static class KeyTree
{
    public static KeyRecord? Find(KeyNode node, ReadOnlySpan<byte> key)
    {
        while (node.Records is null) node = node.Children[node.ChildOf(key)];
        var at = KeyNode.Search(node.Records, key);
        return at < 0 ? null : node.Records[at];
    }

    /// <summary>The tree of records that are in order already.</summary>
    public static KeyNode Build(IReadOnlyList<KeyRecord> records)
    {
        // Not full to the brim: the next keys shall not split every node they meet.
        const int Fill = KeyNode.Capacity * 3 / 4;
        var level = new List<(byte[] First, KeyNode Node)>();
        for (var i = 0; i < records.Count; i += Fill)
        {
            var leaf = new KeyRecord[Math.Min(Fill, records.Count - i)];
            for (var j = 0; j < leaf.Length; j++) leaf[j] = records[i + j];
            level.Add((leaf[0].Key, new KeyNode(leaf)));
        }

        while (level.Count > 1)
        {
            var above = new List<(byte[] First, KeyNode Node)>();
            for (var i = 0; i < level.Count; i += Fill)
            {
                var children = level.GetRange(i, Math.Min(Fill, level.Count - i));
                above.Add((children[0].First, new KeyNode([.. children.Select(child => child.Node)], [.. children.Skip(1).Select(child => child.First)])));
            }

            level = above;
        }

        return level.Count == 0 ? KeyNode.Empty : level[0].Node;
    }

    /// <summary>The tree with a record more, whose key is not there yet.</summary>
    public static KeyNode Insert(KeyNode root, KeyRecord record)
    {
        var (left, separator, right) = InsertInto(root, record);
        return right is null ? left : new KeyNode([left, right], [separator!]);
    }

    /// <summary>The tree without a key.</summary>
    public static KeyNode Remove(KeyNode root, ReadOnlySpan<byte> key)
    {
        root = RemoveFrom(root, key);
        while (root.Records is null && root.Children.Length == 1) root = root.Children[0];
        return root.Size == 0 ? KeyNode.Empty : root;
    }

    /// <summary>Visits the records of a range in order.</summary>
    /// <returns>Whether the visitor saw the range to its end.</returns>
    public static bool Visit<TVisitor>(KeyNode node, in KeyRange range, ref TVisitor visitor)
        where TVisitor : struct, IKeyVisitor
    {
        if (node.Records is { } records)
        {
            var from = KeyNode.Search(records, range.Start.Span);
            for (var i = from < 0 ? ~from : from; i < records.Length; i++)
            {
                if (range.IsBefore(records[i].Key) || !visitor.Visit(records[i])) return false;
            }

            return true;
        }

        for (var i = node.ChildOf(range.Start.Span); i < node.Children.Length; i++)
        {
            if (!Visit(node.Children[i], range, ref visitor)) return false;
        }

        return true;
    }

    private static (KeyNode Left, byte[]? Separator, KeyNode? Right) InsertInto(KeyNode node, KeyRecord record)
    {
        if (node.Records is { } records)
        {
            var place = ~KeyNode.Search(records, record.Key);
            var grown = Inserted(records, place, record);
            if (grown.Length <= KeyNode.Capacity) return (new KeyNode(grown), null, null);
            // Keys often come in order: a full leaf at the end is left full, instead of half empty for ever.
            var cut = place == records.Length ? records.Length : grown.Length / 2;
            return (new KeyNode(grown[..cut]), grown[cut].Key, new KeyNode(grown[cut..]));
        }

        var at = node.ChildOf(record.Key);
        var (left, separator, right) = InsertInto(node.Children[at], record);
        if (right is null) return (new KeyNode(Replaced(node.Children, at, left), node.Separators), null, null);
        var children = Inserted(Replaced(node.Children, at, left), at + 1, right);
        var separators = Inserted(node.Separators, at, separator!);
        if (children.Length <= KeyNode.Capacity) return (new KeyNode(children, separators), null, null);
        var half = at == node.Children.Length - 1 ? children.Length - 2 : children.Length / 2;
        return (new KeyNode(children[..half], separators[..(half - 1)]), separators[half - 1], new KeyNode(children[half..], separators[half..]));
    }

    private static KeyNode RemoveFrom(KeyNode node, ReadOnlySpan<byte> key)
    {
        if (node.Records is { } records)
        {
            var place = KeyNode.Search(records, key);
            return place < 0 ? node : new KeyNode(Removed(records, place));
        }

        var at = node.ChildOf(key);
        var child = RemoveFrom(node.Children[at], key);
        if (child.Size >= KeyNode.Least || node.Children.Length == 1) return new KeyNode(Replaced(node.Children, at, child), node.Separators);
        if (child.Size == 0) return new KeyNode(Removed(node.Children, at), Removed(node.Separators, Math.Max(0, at - 1)));
        var first = Math.Max(0, at - 1);
        var left = first == at ? child : node.Children[first];
        var right = first == at ? node.Children[first + 1] : child;
        return Joined(node, first, left, right);
    }

    /// <summary>A node whose children at <paramref name="first"/> and after it became one, or two of like size.</summary>
    private static KeyNode Joined(KeyNode node, int first, KeyNode left, KeyNode right)
    {
        var separator = node.Separators[first];
        if (left.Records is { } records)
        {
            KeyRecord[] all = [.. records, .. right.Records!];
            if (all.Length <= KeyNode.Capacity) return One(node, first, new KeyNode(all));
            var cut = all.Length / 2;
            return Two(node, first, new KeyNode(all[..cut]), all[cut].Key, new KeyNode(all[cut..]));
        }

        KeyNode[] children = [.. left.Children, .. right.Children];
        byte[][] separators = [.. left.Separators, separator, .. right.Separators];
        if (children.Length <= KeyNode.Capacity) return One(node, first, new KeyNode(children, separators));
        var half = children.Length / 2;
        return Two(node, first, new KeyNode(children[..half], separators[..(half - 1)]), separators[half - 1], new KeyNode(children[half..], separators[half..]));
    }

    private static KeyNode One(KeyNode node, int first, KeyNode child) =>
        new(Replaced(Removed(node.Children, first + 1), first, child), Removed(node.Separators, first));

    private static KeyNode Two(KeyNode node, int first, KeyNode left, byte[] separator, KeyNode right) =>
        new(Replaced(Replaced(node.Children, first, left), first + 1, right), Replaced(node.Separators, first, separator));

    private static T[] Inserted<T>(T[] source, int at, T item)
    {
        var grown = new T[source.Length + 1];
        Array.Copy(source, grown, at);
        grown[at] = item;
        Array.Copy(source, at, grown, at + 1, source.Length - at);
        return grown;
    }

    private static T[] Removed<T>(T[] source, int at)
    {
        if (source.Length == 0) return source;
        var shrunk = new T[source.Length - 1];
        Array.Copy(source, shrunk, at);
        Array.Copy(source, at + 1, shrunk, at, shrunk.Length - at);
        return shrunk;
    }

    private static T[] Replaced<T>(T[] source, int at, T item)
    {
        var copy = (T[])source.Clone();
        copy[at] = item;
        return copy;
    }
}
