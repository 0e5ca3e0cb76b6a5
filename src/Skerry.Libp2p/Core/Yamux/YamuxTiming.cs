namespace Skerry.Libp2p.Core.Yamux;

/// <summary>Bounds of one session.</summary>
internal sealed record YamuxTiming
{
    /// <summary>Streams the other side may have open at once.</summary>
    public int MaxIncoming { get; init; } = 1024;

    /// <summary>The largest window of a stream, bytes: what may wait here unread.</summary>
    public uint MaxWindow { get; init; } = 16 << 20;

    /// <summary>By how much all windows of a session may grow together, bytes: so that a peer with many streams does not fill the memory.</summary>
    public uint MaxGrowth { get; init; } = 64 << 20;

    /// <summary>
    /// Streams that the peer opened and that came to nothing, refused here or broken off there, before the session ends: so many at once, and as many more each
    /// second. Work without an end costs who causes it the connection.
    /// </summary>
    public int MaxFutile { get; init; } = 4096;

    /// <summary>A write that does not end for so long ends the session: the peer takes nothing.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Between two pings of a session.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A ping unanswered for so long ends the session.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(15);
}
