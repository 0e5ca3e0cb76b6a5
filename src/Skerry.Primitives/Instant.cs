namespace Skerry.Primitives;

/// <summary>
/// A point on a monotonic clock, in ticks of 100 ns since an origin that only its source knows. It never goes back and
/// says nothing about the date: protocols measure every timeout with it, wall time stays in records.
/// </summary>
/// <param name="Ticks">Ticks of 100 ns since the source's origin.</param>
public readonly record struct Instant(long Ticks) : IComparable<Instant>
{
    /// <summary>The origin of the clock.</summary>
    public static readonly Instant Origin;

    /// <summary>Later than every instant a clock gives.</summary>
    public static readonly Instant Never = new(long.MaxValue);

    /// <summary>The earlier of two instants.</summary>
    public static Instant Min(Instant left, Instant right) => left.Ticks <= right.Ticks ? left : right;

    /// <summary>The later of two instants.</summary>
    public static Instant Max(Instant left, Instant right) => left.Ticks >= right.Ticks ? left : right;

    /// <inheritdoc/>
    public int CompareTo(Instant other) => Ticks.CompareTo(other.Ticks);

    /// <summary>The instant <paramref name="duration"/> after <paramref name="instant"/>; saturates at <see cref="Never"/>.</summary>
    public static Instant operator +(Instant instant, TimeSpan duration)
    {
        var ticks = instant.Ticks + duration.Ticks;
        return duration.Ticks > 0 && ticks < instant.Ticks ? Never : new Instant(ticks);
    }

    /// <summary>The instant <paramref name="duration"/> before <paramref name="instant"/>.</summary>
    public static Instant operator -(Instant instant, TimeSpan duration) => new(instant.Ticks - duration.Ticks);

    /// <summary>The time from <paramref name="earlier"/> to <paramref name="later"/>; negative when they are the other way round.</summary>
    public static TimeSpan operator -(Instant later, Instant earlier) => new(later.Ticks - earlier.Ticks);

    /// <summary>Whether <paramref name="left"/> is before <paramref name="right"/>.</summary>
    public static bool operator <(Instant left, Instant right) => left.Ticks < right.Ticks;

    /// <summary>Whether <paramref name="left"/> is after <paramref name="right"/>.</summary>
    public static bool operator >(Instant left, Instant right) => left.Ticks > right.Ticks;

    /// <summary>Whether <paramref name="left"/> is not after <paramref name="right"/>.</summary>
    public static bool operator <=(Instant left, Instant right) => left.Ticks <= right.Ticks;

    /// <summary>Whether <paramref name="left"/> is not before <paramref name="right"/>.</summary>
    public static bool operator >=(Instant left, Instant right) => left.Ticks >= right.Ticks;

    /// <inheritdoc/>
    public override string ToString() => this == Never ? "never" : $"{new TimeSpan(Ticks).TotalSeconds:0.000000}s";
}
