namespace Skerry.Gossip.Wire;

/// <summary>How decompressing ended.</summary>
internal enum LzwResult : byte
{
    /// <summary>With the end code: all is there.</summary>
    Complete,

    /// <summary>The destination is full and there is more.</summary>
    DestinationTooSmall,

    /// <summary>A code that cannot be, or no end code.</summary>
    Corrupt,
}
