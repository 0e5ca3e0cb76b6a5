namespace Skerry.Manifest;

/// <summary>A key, or all keys from one on to before another, in the order of their bytes; etcd's way to write both.</summary>
/// <param name="Start">The key, or the first of the range.</param>
/// <param name="End">Empty: <paramref name="Start"/> alone. A single zero byte: every key from <paramref name="Start"/> on. Else the first key after the range.</param>
public readonly record struct KeyRange(ReadOnlyMemory<byte> Start, ReadOnlyMemory<byte> End)
{
    /// <summary>Every key.</summary>
    public static readonly KeyRange All = new(new byte[] { 0 }, new byte[] { 0 });

    /// <summary>Whether it names one key.</summary>
    public bool IsPoint => End.IsEmpty;

    /// <summary>Whether it has no last key.</summary>
    public bool IsOpen => End.Length == 1 && End.Span[0] == 0;

    /// <summary>Every key that begins with <paramref name="prefix"/>.</summary>
    public static KeyRange Prefix(ReadOnlySpan<byte> prefix)
    {
        if (prefix.IsEmpty) return All;
        var kept = prefix.TrimEnd((byte)0xff);
        if (kept.IsEmpty) return new KeyRange(prefix.ToArray(), new byte[] { 0 });
        var end = kept.ToArray();
        end[^1]++;
        return new KeyRange(prefix.ToArray(), end);
    }

    /// <summary>Whether a key lies within.</summary>
    public bool Contains(ReadOnlySpan<byte> key) => key.SequenceCompareTo(Start.Span) >= 0 && !IsBefore(key);

    /// <summary>Whether the range ends before a key.</summary>
    internal bool IsBefore(ReadOnlySpan<byte> key)
    {
        if (IsPoint) return key.SequenceCompareTo(Start.Span) > 0;
        return !IsOpen && key.SequenceCompareTo(End.Span) >= 0;
    }
}
