namespace Skerry.Simulation;

/// <summary>What the <see cref="Network"/> has counted since the start. Fields, since the network counts by reference.</summary>
internal sealed class NetworkTotals
{
    /// <summary>Packets sent.</summary>
    public long Packets;

    /// <summary>Bytes in them.</summary>
    public long Bytes;

    /// <summary>Bytes in exchanges, tries that failed included.</summary>
    public long StreamBytes;

    /// <summary>Packets lost by chance.</summary>
    public long Lost;

    /// <summary>Packets stopped by a cut.</summary>
    public long Cut;

    /// <summary>Packets that arrived twice.</summary>
    public long Duplicated;

    /// <summary>Packets above the MTU.</summary>
    public long Oversized;

    /// <summary>Packets to a process that does not run, or whose socket was full.</summary>
    public long Undelivered;
}
