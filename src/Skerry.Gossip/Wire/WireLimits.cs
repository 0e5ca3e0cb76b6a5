namespace Skerry.Gossip.Wire;

/// <summary>Bounds on what is taken in and built, with their source.</summary>
internal static class WireLimits
{
    /// <summary>The largest UDP packet that can be received, and the most one may decompress to, bytes.</summary>
    public const int MaxPacket = 65_536;

    /// <summary>Parts of a compound we send: memberlist 0.2.2 multiplies the count by two in 8 bits and overflows from 128.</summary>
    public const int MaxPartsSent = 127;

    /// <summary>Layers of compression and compound around a message; peers send one of each.</summary>
    public const int MaxNesting = 2;

    /// <summary>User state of a push/pull, payload of a streamed user message, an encrypted stream: 20 MiB each, as memberlist has it.</summary>
    public const int MaxStreamBody = 20 * 1024 * 1024;

    /// <summary>A whole streamed message in clear: one body with room for the headers around it.</summary>
    public const int MaxStreamMessage = MaxStreamBody + 1024;

    /// <summary>Nodes in a push/pull, as memberlist has it.</summary>
    public const int MaxPushPullNodes = 1_048_576;
}
