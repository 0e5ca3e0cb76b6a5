using System.Collections.Concurrent;

namespace Skerry.Gateway.Http1;

/// <summary>Closes connections whose deadline has come: one timer for all, so that a deadline costs a request one write.</summary>
internal sealed class DeadlineWatch : IDisposable
{
    /// <summary>How late a deadline may be noticed.</summary>
    public static readonly TimeSpan Resolution = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<UpstreamConnection, byte> _connections = new();
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly ITimer _timer;

    public DeadlineWatch(TimeProvider time)
    {
        _time = time;
        _origin = time.GetTimestamp();
        _timer = time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Milliseconds since it was made.</summary>
    public long Now => (long)_time.GetElapsedTime(_origin).TotalMilliseconds;

    public void Add(UpstreamConnection connection)
    {
        // At rest no timer runs: the first connection starts it, and it stops when it finds none.
        _connections[connection] = 0;
        if (Interlocked.Exchange(ref _running, 1) == 0) _timer.Change(Resolution, Resolution);
    }

    public void Remove(UpstreamConnection connection) => _connections.TryRemove(connection, out _);

    public void Dispose()
    {
        _timer.Dispose();
        foreach (var connection in _connections.Keys) connection.Close();
    }

    private int _running;

    private void Look()
    {
        var now = Now;
        foreach (var (connection, _) in _connections) connection.CloseIfLate(now);
        if (!_connections.IsEmpty) return;
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Volatile.Write(ref _running, 0);
        if (!_connections.IsEmpty && Interlocked.Exchange(ref _running, 1) == 0) _timer.Change(Resolution, Resolution);
    }
}
