namespace Skerry.Catalog.Checks;

/// <summary>Turns a TTL check critical when nobody reported in time.</summary>
internal sealed class TtlWatch : IAsyncDisposable
{
    private readonly TimeSpan _timeToLive;
    private readonly ITimer _timer;

    /// <param name="timeToLive">Time between reports, at most.</param>
    /// <param name="time">Gives the timer.</param>
    /// <param name="expired">Called when a report is overdue.</param>
    public TtlWatch(TimeSpan timeToLive, TimeProvider time, Action expired)
    {
        _timeToLive = timeToLive;
        _timer = time.CreateTimer(_ => expired(), null, timeToLive, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Somebody reported.</summary>
    public void Renew() => _timer.Change(_timeToLive, Timeout.InfiniteTimeSpan);

    public ValueTask DisposeAsync() => _timer.DisposeAsync();
}
