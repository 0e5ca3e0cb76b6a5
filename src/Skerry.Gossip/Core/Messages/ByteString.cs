namespace Skerry.Gossip.Core.Messages;

/// <summary>Bytes that never change, equal when their content is. The default value is empty.</summary>
internal readonly struct ByteString : IEquatable<ByteString>
{
    private readonly byte[]? _bytes;

    private ByteString(byte[] bytes) => _bytes = bytes;

    public static ByteString Empty => default;

    public ReadOnlySpan<byte> Span => _bytes;

    public ReadOnlyMemory<byte> Memory => _bytes;

    public int Length => _bytes?.Length ?? 0;

    public bool IsEmpty => Length == 0;

    public byte this[int index] => _bytes![index];

    /// <summary>A copy of <paramref name="bytes"/>: what it came from may be reused.</summary>
    public static ByteString CopyOf(ReadOnlySpan<byte> bytes) => bytes.IsEmpty ? default : new ByteString(bytes.ToArray());

    /// <summary>Takes <paramref name="bytes"/> over without a copy: the caller gives up writing to it.</summary>
    public static ByteString Own(byte[] bytes) => new(bytes);

    public static bool operator ==(ByteString left, ByteString right) => left.Equals(right);

    public static bool operator !=(ByteString left, ByteString right) => !left.Equals(right);

    public bool Equals(ByteString other) => ReferenceEquals(_bytes, other._bytes) || Span.SequenceEqual(other.Span);

    public override bool Equals(object? obj) => obj is ByteString other && Equals(other);

    /// <summary>FNV-1a (Fowler, Noll, Vo): the same in every process, so that nothing that depends on it differs between runs.</summary>
    public override int GetHashCode()
    {
        var hash = 2166136261u;
        foreach (var value in Span) hash = (hash ^ value) * 16777619;
        return (int)hash;
    }

    /// <summary>Length and the first bytes, for traces; no more, since a payload may hold a key.</summary>
    public override string ToString() => $"{Length}B:{Convert.ToHexStringLower(Span[..Math.Min(Length, 4)])}";
}
