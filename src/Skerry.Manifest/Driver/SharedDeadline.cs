namespace Skerry.Manifest.Driver;

/// <summary>Deadlines for many requests, from few timers: those that begin within an eighth of the time share one.</summary>
/// <param name="patience">How long at most; at least seven eighths of it.</param>
/// <param name="time">For telling when a request begins.</param>
internal sealed class SharedDeadline(TimeSpan patience, TimeProvider time)
{
    private readonly Lock _gate = new();
    private Slot? _current;

    /// <summary>For a request that begins now.</summary>
    public CancellationToken Token
    {
        get
        {
            if (Volatile.Read(ref _current) is { } slot && !IsOver(slot)) return slot.Token;
            lock (_gate)
            {
                if (_current is null || IsOver(_current)) _current = new Slot(time.GetTimestamp(), new CancellationTokenSource(patience).Token);
                return _current.Token;
            }
        }
    }

    private bool IsOver(Slot slot) => time.GetElapsedTime(slot.Began) > patience / 8;

    private sealed record Slot(long Began, CancellationToken Token);
}
