namespace Skerry.Storage;

/// <summary>How a <see cref="WriteAheadLog"/> lies on its disk.</summary>
public sealed record WriteAheadLogOptions
{
    /// <summary>
    /// Bytes of a segment, 4 KiB to 1 GiB; default 16 MiB. Room is taken a segment at a time and given back a segment at a time; an entry that needs more gets a segment of its own size.
    /// </summary>
    public int SegmentSize { get; init; } = 16 << 20;
}
