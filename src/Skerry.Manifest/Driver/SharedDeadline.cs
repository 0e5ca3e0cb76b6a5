namespace Skerry.Manifest.Driver;

/// <summary>Deadlines for many requests, from few timers: those that begin within an eighth of the time share one.</summary>
/// <param name="patience">How long at most; at least seven eighths of it.</param>
/// <param name="time">For telling when a request begins.</param>
/// <param name="passed">Hears that one has passed.</param>
internal sealed class SharedDeadline(TimeSpan patience, TimeProvider time, Action<object> passed)
{
    private readonly Lock _gate = new();
    private Slot? _current;

    /// <summary>For a request that begins now.</summary>
    public object Current
    {
        get
        {
            if (Volatile.Read(ref _current) is { } slot && !IsOver(slot)) return slot;
            lock (_gate)
            {
                if (_current is null || IsOver(_current)) _current = Begin();
                return _current;
            }
        }
    }

    private Slot Begin()
    {
        var slot = new Slot(time.GetTimestamp());
        new CancellationTokenSource(patience).Token.Register(() => passed(slot));
        return slot;
    }

    private bool IsOver(Slot slot) => time.GetElapsedTime(slot.Began) > patience / 8;

    /// <summary>Equal to itself alone.</summary>
    private sealed class Slot(long began)
    {
        public long Began => began;
    }
}
