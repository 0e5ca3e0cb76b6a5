namespace Skerry.Gateway.Http1;

/// <summary>
/// Ends exchanges whose deadline has come or whose client has gone: one timer for all, so that either costs a request a write of one field. It rests while no
/// exchange is under way.
/// </summary>
internal sealed class DeadlineWatch : IDisposable
{
    /// <summary>How late a deadline may be noticed, milliseconds.</summary>
    public const int Resolution = 50;

    private readonly Lock _gate = new();
    private readonly HashSet<UpstreamConnection> _connections = [];
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly ITimer _timer;
    private long _looked;
    private long _coarse;
    private int _isRunning;

    public DeadlineWatch(TimeProvider time)
    {
        _time = time;
        _origin = time.GetTimestamp();
        _timer = time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Milliseconds since it was made, for what is no deadline.</summary>
    public long Now => (long)_time.GetElapsedTime(_origin).TotalMilliseconds;

    /// <summary>A deadline some milliseconds from now, never too early; <see cref="long.MaxValue"/> stays it. For exchanges under way only.</summary>
    public long In(long milliseconds) => milliseconds == long.MaxValue ? milliseconds : Volatile.Read(ref _coarse) + milliseconds + Resolution;

    /// <summary>An exchange begins: from now on the watch looks.</summary>
    public void Wake()
    {
        if (Volatile.Read(ref _isRunning) == 0) Start();
    }

    public void Add(UpstreamConnection connection)
    {
        lock (_gate) _connections.Add(connection);
    }

    public void Remove(UpstreamConnection connection)
    {
        lock (_gate) _connections.Remove(connection);
    }

    public void Dispose()
    {
        _timer.Dispose();
        lock (_gate)
        {
            foreach (var connection in _connections) connection.Cut();
        }
    }

    private void Start()
    {
        if (Interlocked.Exchange(ref _isRunning, 1) != 0) return;
        _looked = Now;
        _timer.Change(TimeSpan.FromMilliseconds(Resolution), TimeSpan.FromMilliseconds(Resolution));
    }

    private void Look()
    {
        // Deadlines have a clock of their own that never jumps: when this machine was too busy to look, that is not the instances' fault.
        var now = Now;
        var coarse = _coarse + Math.Clamp(now - _looked, 0, 2 * Resolution);
        _looked = now;
        Volatile.Write(ref _coarse, coarse);
        if (EndLate(coarse)) return;
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Volatile.Write(ref _isRunning, 0);
        // One that began between the two looks found the watch running and did not wake it.
        Interlocked.MemoryBarrier();
        if (EndLate(coarse)) Start();
    }

    /// <summary>Whether any exchange is under way.</summary>
    private bool EndLate(long coarse)
    {
        var isBusy = false;
        lock (_gate)
        {
            foreach (var connection in _connections) isBusy |= connection.EndIfLate(coarse);
        }

        return isBusy;
    }
}
