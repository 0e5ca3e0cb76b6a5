namespace Skerry.Libp2p.Driver;

/// <summary>A rented buffer with messages laid out in it, each with room for its head and tail.</summary>
/// <param name="bytes">The buffer.</param>
internal struct OutgoingBuffer(byte[] bytes)
{
    public readonly byte[] Bytes = bytes;

    /// <summary>How much of it is used.</summary>
    public int Length;

    /// <summary>Where the last message begins, with its head.</summary>
    public int MessageStart;

    /// <summary>How long the last message is so far, without its head and tail.</summary>
    public int MessageLength;
}
