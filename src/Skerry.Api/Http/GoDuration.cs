using System.Buffers;
using System.Globalization;

namespace Skerry.Api.Http;

/// <summary>Durations as Go writes them: <c>1m30s</c>, <c>250ms</c>. A number without a unit is none, but for zero, as in Go.</summary>
internal static class GoDuration
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    /// <summary>Reads a duration; false when it is none. Never negative.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (text.Length is 0 or > 64) return false;
        if (text == "0") return true;
        var nanoseconds = 0.0;
        var rest = text.AsSpan();
        while (rest.Length > 0)
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)) return false;
            rest = rest[digits..];
            var unit = rest.IndexOfAny(Digits);
            if (unit < 0) unit = rest.Length;
            var scale = rest[..unit] switch
            {
                "ns" => 1,
                "us" or "µs" => 1e3,
                "ms" => 1e6,
                "s" => 1e9,
                "m" => 60e9,
                "h" => 3600e9,
                _ => 0.0,
            };
            if (scale == 0) return false;
            nanoseconds += value * scale;
            rest = rest[unit..];
        }

        return TryFrom(nanoseconds, out duration);
    }

    /// <summary>Writes a duration as Go does.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero) return "0s";
        if (duration < TimeSpan.FromSeconds(1)) return string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0.###}ms");
        var seconds = string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds % 60:0.###}s");
        if (duration < TimeSpan.FromMinutes(1)) return seconds;
        var minutes = string.Create(CultureInfo.InvariantCulture, $"{duration.Minutes}m{seconds}");
        return duration < TimeSpan.FromHours(1) ? minutes : string.Create(CultureInfo.InvariantCulture, $"{(long)duration.TotalHours}h{minutes}");
    }

    private static bool TryFrom(double nanoseconds, out TimeSpan duration)
    {
        duration = default;
        if (nanoseconds / 100 >= TimeSpan.MaxValue.Ticks) return false;
        duration = TimeSpan.FromTicks((long)(nanoseconds / 100));
        return true;
    }
}
