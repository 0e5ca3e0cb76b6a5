namespace Skerry.Tunnel.Core.Session;

/// <summary>Bounds of one session.</summary>
/// <param name="MaxReplay">Bytes sent and not acknowledged, kept to be sent again.</param>
/// <param name="MaxWindow">Bytes that may wait here unread.</param>
internal readonly record struct SessionLimits(int MaxReplay, int MaxWindow)
{
    /// <summary>Every window starts with it, bytes.</summary>
    public const int InitialWindow = 256 << 10;
}
