namespace Skerry.Manifest.Core;

/// <summary>
/// Ranges by the keys they hold: a treap by start, each node knowing how far the ranges below it reach, so that a search leaves out whole branches.
/// Priorities come from the watchers' serials by a hash, which keeps it balanced whatever is watched.
/// </summary>
internal sealed class RangeIndex
{
    private Node? _root;

    public void Add(Watcher watcher) => _root = Insert(_root, new Node(watcher));

    public void Remove(Watcher watcher) => _root = Delete(_root, watcher);

    public void Find(ReadOnlySpan<byte> key, List<Watcher> found) => Find(_root, key, found);

    private static void Find(Node? node, ReadOnlySpan<byte> key, List<Watcher> found)
    {
        if (node is null || !IsReached(node.Reach, key)) return;
        Find(node.Left, key, found);
        if (node.Watcher.Range.Start.Span.SequenceCompareTo(key) > 0) return;
        if (IsReached(End(node.Watcher), key)) found.Add(node.Watcher);
        Find(node.Right, key, found);
    }

    private static Node Insert(Node? node, Node added)
    {
        if (node is null) return added;
        if (Order(added.Watcher, node.Watcher) < 0)
        {
            node.Left = Insert(node.Left, added);
            return node.Left.Priority > node.Priority ? TurnRight(node) : Measured(node);
        }

        node.Right = Insert(node.Right, added);
        return node.Right.Priority > node.Priority ? TurnLeft(node) : Measured(node);
    }

    private static Node? Delete(Node? node, Watcher watcher)
    {
        if (node is null) return null;
        var order = Order(watcher, node.Watcher);
        if (order < 0) node.Left = Delete(node.Left, watcher);
        else if (order > 0) node.Right = Delete(node.Right, watcher);
        else return Merge(node.Left, node.Right);
        return Measured(node);
    }

    private static Node? Merge(Node? left, Node? right)
    {
        if (left is null || right is null) return left ?? right;
        if (left.Priority > right.Priority)
        {
            left.Right = Merge(left.Right, right);
            return Measured(left);
        }

        right.Left = Merge(left, right.Left);
        return Measured(right);
    }

    private static Node TurnRight(Node node)
    {
        var left = node.Left!;
        node.Left = left.Right;
        left.Right = Measured(node);
        return Measured(left);
    }

    private static Node TurnLeft(Node node)
    {
        var right = node.Right!;
        node.Right = right.Left;
        right.Left = Measured(node);
        return Measured(right);
    }

    private static Node Measured(Node node)
    {
        node.Reach = Further(End(node.Watcher), Further(node.Left is null ? ReadOnlyMemory<byte>.Empty : node.Left.Reach, node.Right is null ? ReadOnlyMemory<byte>.Empty : node.Right.Reach));
        return node;
    }

    private static int Order(Watcher a, Watcher b)
    {
        var order = a.Range.Start.Span.SequenceCompareTo(b.Range.Start.Span);
        return order != 0 ? order : a.Serial.CompareTo(b.Serial);
    }

    /// <summary>The first key after a range; null where there is none.</summary>
    private static ReadOnlyMemory<byte>? End(Watcher watcher) => watcher.Range.IsOpen ? default(ReadOnlyMemory<byte>?) : watcher.Range.End;

    private static bool IsReached(ReadOnlyMemory<byte>? end, ReadOnlySpan<byte> key) => end is not { } last || key.SequenceCompareTo(last.Span) < 0;

    private static ReadOnlyMemory<byte>? Further(ReadOnlyMemory<byte>? a, ReadOnlyMemory<byte>? b)
    {
        if (a is not { } first || b is not { } second) return null;
        return first.Span.SequenceCompareTo(second.Span) >= 0 ? first : second;
    }

    private sealed class Node(Watcher watcher)
    {
        public Watcher Watcher { get; } = watcher;

        public ulong Priority { get; } = StateHash.Mix(watcher.Serial, watcher.Serial);

        /// <summary>The furthest end of this range and those below; null is the end of all keys.</summary>
        public ReadOnlyMemory<byte>? Reach { get; set; } = End(watcher);

        public Node? Left { get; set; }

        public Node? Right { get; set; }
    }
}
