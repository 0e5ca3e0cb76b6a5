namespace Skerry.Tunnel.Core.Session;

/// <summary>Bounds of one session.</summary>
/// <param name="MaxReplay">Bytes sent and not acknowledged, kept to be sent again.</param>
/// <param name="MaxWindow">Bytes that may wait here unread.</param>
/// <param name="FirstWindow">Bytes that may wait here unread in the beginning.</param>
internal readonly record struct SessionLimits(int MaxReplay, int MaxWindow, int FirstWindow = SessionLimits.InitialWindow)
{
    /// <summary>A window starts with it unless memory is short, bytes.</summary>
    public const int InitialWindow = 256 << 10;
}
