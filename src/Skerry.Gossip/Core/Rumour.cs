namespace Skerry.Gossip.Core;

/// <summary>One entry of a <see cref="BroadcastQueue"/>.</summary>
/// <param name="bytes">As it goes into a packet.</param>
/// <param name="name">Whom it is about, or null.</param>
/// <param name="sequence">Order of queueing.</param>
internal sealed class Rumour(ReadOnlyMemory<byte> bytes, string? name, long sequence)
{
    public ReadOnlyMemory<byte> Bytes => bytes;

    public string? Name => name;

    public int Length => bytes.Length;

    /// <summary>How often it was sent; the tier of the queue it waits in.</summary>
    public int Transmits { get; set; }

    /// <summary>Whether it still has to be sent.</summary>
    public bool IsQueued { get; set; }

    private long Sequence { get; } = sequence;

    /// <summary>The order inside a tier: shortest first and oldest first, so that what goes next stands last.</summary>
    public static int Compare(Rumour left, Rumour right)
    {
        var order = left.Length.CompareTo(right.Length);
        return order != 0 ? order : left.Sequence.CompareTo(right.Sequence);
    }
}
