namespace Skerry.Tunnel.Tests.Identity;

/// <summary>The system's time with the wall clock set wrong.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    public TimeSpan Shift { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
}
