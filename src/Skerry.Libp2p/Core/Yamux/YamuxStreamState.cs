using Skerry.Primitives;

namespace Skerry.Libp2p.Core.Yamux;

/// <summary>What the muxer holds of one stream.</summary>
internal sealed class YamuxStreamState
{
    /// <summary>Bytes we may still send.</summary>
    public uint SendCredit { get; set; } = YamuxCore.InitialWindow;

    /// <summary>Bytes the other side may still send.</summary>
    public uint ReceiveCredit { get; set; } = YamuxCore.InitialWindow;

    /// <summary>What <see cref="ReceiveCredit"/> and what waits unread come to together: it grows with the speed of the way.</summary>
    public uint Window { get; set; } = YamuxCore.InitialWindow;

    /// <summary>Bytes read here since the other side was last given credit.</summary>
    public uint Consumed { get; set; }

    /// <summary>When credit was last given.</summary>
    public Instant CreditGiven { get; set; }

    /// <summary>Whether the other side opened it.</summary>
    public bool IsIncoming { get; init; }

    /// <summary>We send no more.</summary>
    public bool IsOursEnded { get; set; }

    /// <summary>The other side sends no more.</summary>
    public bool IsTheirsEnded { get; set; }
}
