namespace Skerry.Replication;

/// <summary>Something one node says; only its owner changes it. Where two versions meet, the higher one counts.</summary>
/// <param name="Owner">The node that says it.</param>
/// <param name="Kind">What sort of thing: the layer above gives the meaning.</param>
/// <param name="Id">Which one, among the owner's of this kind.</param>
/// <param name="Version">Grows with every change, also across restarts and clock jumps of the owner.</param>
/// <param name="Payload">What is said; at most <see cref="MaxPayload"/> bytes. Null: it is said no more.</param>
public sealed record Record(string Owner, string Kind, string Id, ulong Version, ReadOnlyMemory<byte>? Payload)
{
    /// <summary>The largest payload, bytes.</summary>
    public const int MaxPayload = 16 * 1024;

    /// <summary>The longest owner, kind or id, bytes of UTF-8.</summary>
    public const int MaxName = 512;

    /// <summary>Records one owner may say at a time; as many withdrawn ones are remembered beside them.</summary>
    public const int MaxPerOwner = 4096;

    /// <summary>Versions from here on are refused: milliseconds since 1970 in the upper bits reach it in the year 2109.</summary>
    public const ulong MaxVersion = 1UL << 62;
}
