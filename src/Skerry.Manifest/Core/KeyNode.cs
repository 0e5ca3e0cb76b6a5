namespace Skerry.Manifest.Core;

/// <summary>A node of the key tree, never changed once made: a leaf of records, or children with the smallest key of each but the first.</summary>
internal sealed class KeyNode
{
    /// <summary>Records of a leaf, or children of an inner node, at most.</summary>
    public const int Capacity = 64;

    /// <summary>A node with fewer is joined with a neighbour.</summary>
    public const int Least = Capacity / 4;

    public static readonly KeyNode Empty = new(Array.Empty<KeyRecord>());

    public KeyNode(KeyRecord[] records) => Records = records;

    public KeyNode(KeyNode[] children, byte[][] separators)
    {
        Children = children;
        Separators = separators;
    }

    public KeyRecord[]? Records { get; }

    public KeyNode[] Children { get; } = [];

    public byte[][] Separators { get; } = [];

    public int Size => Records?.Length ?? Children.Length;

    /// <summary>Where a key is among a leaf's records, or the complement of where it belongs.</summary>
    public static int Search(KeyRecord[] records, ReadOnlySpan<byte> key)
    {
        int low = 0, high = records.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            var order = records[middle].Key.AsSpan().SequenceCompareTo(key);
            if (order == 0) return middle;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        return ~low;
    }

    /// <summary>Which child holds a key.</summary>
    public int ChildOf(ReadOnlySpan<byte> key)
    {
        int low = 0, high = Separators.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            if (Separators[middle].AsSpan().SequenceCompareTo(key) <= 0) low = middle + 1;
            else high = middle - 1;
        }

        return low;
    }
}
