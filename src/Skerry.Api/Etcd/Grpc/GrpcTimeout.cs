using System.Globalization;

namespace Skerry.Api.Etcd.Grpc;

/// <summary>The header <c>grpc-timeout</c>: up to eight digits and a unit.</summary>
internal static class GrpcTimeout
{
    public static bool TryParse(string text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is < 2 or > 9 || !long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return false;
        long? ticks = text[^1] switch
        {
            'H' => TimeSpan.TicksPerHour,
            'M' => TimeSpan.TicksPerMinute,
            'S' => TimeSpan.TicksPerSecond,
            'm' => TimeSpan.TicksPerMillisecond,
            'u' => TimeSpan.TicksPerMicrosecond,
            'n' => 0,
            _ => null,
        };
        if (ticks is not { } unit) return false;
        // Timers go up to seven weeks; whoever waits longer waits without end. Nanoseconds are a hundredth of a tick each.
        timeout = TimeSpan.FromTicks(Math.Min(unit == 0 ? count / 100 : count * unit, TimeSpan.FromDays(40).Ticks));
        return true;
    }
}
