using System.Buffers;
using System.Globalization;
using System.Text;

namespace Skerry.Agent.Configuration.Schema;

/// <summary>Durations as people write them: <c>500ms</c>, <c>10s</c>, <c>1m30s</c>, <c>24h</c>, <c>7d</c>; units from large to small.</summary>
internal static class DurationText
{
    private static readonly (string Unit, long Ticks)[] Units =
    [
        ("d", TimeSpan.TicksPerDay), ("h", TimeSpan.TicksPerHour), ("m", TimeSpan.TicksPerMinute), ("s", TimeSpan.TicksPerSecond), ("ms", TimeSpan.TicksPerMillisecond),
    ];

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    /// <summary>A year is longer than any timer needs, and far from overflow.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    public static bool TryParse(string text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        if (text == "0") return true;
        var rest = text.AsSpan();
        var unit = 0;
        if (rest.IsEmpty) return false;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(NumberCharacters);
            if (digits <= 0 || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return false;
            rest = rest[digits..];
            var letters = rest.IndexOfAny(NumberCharacters);
            var name = letters < 0 ? rest : rest[..letters];
            while (unit < Units.Length && !name.SequenceEqual(Units[unit].Unit)) unit++;
            if (unit == Units.Length || number > 1_000_000_000) return false;
            var ticks = number * Units[unit++].Ticks + value.Ticks;
            if (ticks > Longest.Ticks) return false;
            value = new TimeSpan((long)ticks);
            rest = rest[name.Length..];
        }

        return true;
    }

    public static string Format(TimeSpan value)
    {
        if (value == TimeSpan.Zero) return "0s";
        var text = new StringBuilder(value < TimeSpan.Zero ? "-" : "");
        var ticks = Math.Abs(value.Ticks);
        foreach (var (unit, size) in Units.AsSpan(1)) // 24h and 72h are what operators write, not 1d and 3d
        {
            // The smallest unit takes the fraction that is left.
            var smallest = unit == "ms";
            if (smallest ? ticks == 0 : ticks < size) continue;
            text.Append(CultureInfo.InvariantCulture, $"{(smallest ? (decimal)ticks / size : ticks / size):0.####}{unit}");
            ticks %= size;
        }

        return text.ToString();
    }
}
