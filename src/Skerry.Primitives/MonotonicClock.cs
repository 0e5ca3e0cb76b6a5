namespace Skerry.Primitives;

/// <summary>Reads <see cref="Instant"/>s from a <see cref="TimeProvider"/>, whatever the frequency of its timestamps.</summary>
/// <param name="time">The source of timestamps.</param>
public sealed class MonotonicClock(TimeProvider time)
{
    private readonly long _origin = time.GetTimestamp();

    /// <summary>Time since this clock was made.</summary>
    public Instant Now => new(time.GetElapsedTime(_origin).Ticks);
}
