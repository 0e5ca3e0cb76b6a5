namespace Skerry.Gossip.Core;

/// <summary>One entry of a <see cref="BroadcastQueue"/>.</summary>
/// <param name="bytes">As it goes into a packet.</param>
/// <param name="name">Whom it is about, or null.</param>
/// <param name="sequence">Order of queueing.</param>
internal sealed class Rumour(ReadOnlyMemory<byte> bytes, string? name, long sequence)
{
    private int _rank = bytes.Length;

    public ReadOnlyMemory<byte> Bytes => bytes;

    public string? Name => name;

    /// <summary>How often it was sent.</summary>
    public int Transmits { get; set; }

    private long Sequence { get; } = sequence;

    /// <summary>Sorts before every rumour sent as often and no longer than <paramref name="length"/>.</summary>
    public static Rumour Longest(int transmits, int length) => new(default, null, long.MaxValue) { Transmits = transmits, _rank = length };

    /// <summary>Sorts after every rumour sent as often.</summary>
    public static Rumour Shortest(int transmits) => new(default, null, long.MinValue) { Transmits = transmits, _rank = -1 };

    /// <summary>The queue's order: least sent, then longest, then newest.</summary>
    public static int Compare(Rumour left, Rumour right)
    {
        var order = left.Transmits.CompareTo(right.Transmits);
        if (order == 0) order = right._rank.CompareTo(left._rank);
        return order != 0 ? order : right.Sequence.CompareTo(left.Sequence);
    }
}
