using Skerry.Gateway.Http1;
using Skerry.Gateway.Transport;

namespace Skerry.Gateway.Plugins.Upstream;

/// <summary>Connections to one instance that wait for a request, by the loop they live on: a request is best answered on the core that reads it.</summary>
internal sealed class IdleConnections : IDisposable
{
    /// <summary>How long a connection waits before it is closed: below the minute after which many servers close theirs.</summary>
    public const long MaxIdleMilliseconds = 50_000;

    private readonly Lock _gate = new();
    private readonly List<UpstreamConnection>[] _byLoop;
    private readonly DeadlineWatch _watch;
    private int _count;
    private bool _disposed;

    public IdleConnections(int loops, DeadlineWatch watch)
    {
        _byLoop = [.. Enumerable.Range(0, loops).Select(_ => new List<UpstreamConnection>())];
        _watch = watch;
    }

    public int Count => Volatile.Read(ref _count);

    /// <summary>A connection fit for a request, the one used last of this loop if it has any; null when there is none.</summary>
    public UpstreamConnection? TryRent()
    {
        var preferred = EventLoop.Current?.Index ?? 0;
        while (Volatile.Read(ref _count) > 0)
        {
            if (Take(preferred) is not { } connection) return null;
            if (!connection.IsStale()) return connection;
            connection.Dispose();
        }

        return null;
    }

    /// <summary>Puts a connection back; closes it when there are enough.</summary>
    /// <param name="connection">Fit for another request.</param>
    /// <param name="keep">The most that wait.</param>
    public void Return(UpstreamConnection connection, int keep)
    {
        connection.IdleSince = _watch.Now;
        lock (_gate)
        {
            if (!_disposed && _count < keep)
            {
                _byLoop[connection.Loop.Index % _byLoop.Length].Add(connection);
                _count++;
                return;
            }
        }

        connection.Dispose();
    }

    /// <summary>Closes what has waited for too long, or was closed by the instance.</summary>
    /// <param name="before">Since when, in the watch's time.</param>
    public void Trim(long before)
    {
        List<UpstreamConnection> old = [];
        lock (_gate)
        {
            foreach (var connections in _byLoop)
            {
                // Oldest first: each list is used from its end.
                var count = connections.TakeWhile(connection => connection.IdleSince < before || connection.IsPeerClosed).Count();
                old.AddRange(connections.Take(count));
                connections.RemoveRange(0, count);
                _count -= count;
            }
        }

        foreach (var connection in old) connection.Dispose();
    }

    public void Dispose()
    {
        List<UpstreamConnection> all;
        lock (_gate)
        {
            _disposed = true;
            all = [.. _byLoop.SelectMany(connections => connections)];
            foreach (var connections in _byLoop) connections.Clear();
            _count = 0;
        }

        foreach (var connection in all) connection.Dispose();
    }

    private UpstreamConnection? Take(int preferred)
    {
        lock (_gate)
        {
            for (var i = 0; i < _byLoop.Length; i++)
            {
                var connections = _byLoop[(preferred + i) % _byLoop.Length];
                if (connections.Count == 0) continue;
                var connection = connections[^1];
                connections.RemoveAt(connections.Count - 1);
                _count--;
                return connection;
            }

            return null;
        }
    }
}
