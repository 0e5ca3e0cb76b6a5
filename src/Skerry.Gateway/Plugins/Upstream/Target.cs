using System.Globalization;
using System.Net;

using Microsoft.Extensions.Logging;

using Skerry.Gateway.Http1;

namespace Skerry.Gateway.Plugins.Upstream;

/// <summary>One instance as the gateway knows it: its idle connections, its requests in flight, its failures. Lives on while any pipeline names it.</summary>
internal sealed class Target : IDisposable
{
    private const int MaxEjectionFactor = 10;

    /// <summary>A connection idle for longer is looked at before it is used again; one just put back need not be.</summary>
    private const long TrustIdleMilliseconds = 5;

    private readonly Lock _gate = new();
    private readonly Stack<UpstreamConnection> _idle = new();
    private readonly DeadlineWatch _watch;
    private readonly ILogger _logger;
    private long _requests;
    private long _failures;
    private int _inFlight;
    private int _consecutive;
    private int _ejections;
    private long _ejectedUntil;
    private bool _disposed;

    public Target(string host, int port, DeadlineWatch watch, ILogger logger)
    {
        EndPoint = IPAddress.TryParse(host, out var ip) ? new IPEndPoint(ip, port) : new DnsEndPoint(host, port);
        Name = host.Contains(':', StringComparison.Ordinal) ? string.Create(CultureInfo.InvariantCulture, $"[{host}]:{port}") : string.Create(CultureInfo.InvariantCulture, $"{host}:{port}");
        _watch = watch;
        _logger = logger;
    }

    public EndPoint EndPoint { get; }

    /// <summary>HOST:PORT.</summary>
    public string Name { get; }

    public int InFlight => Volatile.Read(ref _inFlight);

    public bool IsEjected => Volatile.Read(ref _ejectedUntil) > _watch.Now;

    public object State => new { target = Name, inFlight = InFlight, requests = Interlocked.Read(ref _requests), failures = Interlocked.Read(ref _failures), ejected = IsEjected };

    public void Begin()
    {
        Interlocked.Increment(ref _requests);
        Interlocked.Increment(ref _inFlight);
    }

    public void End() => Interlocked.Decrement(ref _inFlight);

    /// <summary>A kept connection, or null when there is none fit.</summary>
    public UpstreamConnection? TryRent()
    {
        while (true)
        {
            UpstreamConnection connection;
            lock (_gate)
            {
                if (!_idle.TryPop(out connection!)) return null;
            }

            if (_watch.Now - connection.IdleSince <= TrustIdleMilliseconds || !connection.IsStale()) return connection;
            connection.Dispose();
        }
    }

    public void Return(UpstreamConnection connection, int keep)
    {
        connection.Deadline = long.MaxValue;
        connection.IdleSince = _watch.Now;
        lock (_gate)
        {
            if (!_disposed && _idle.Count < keep)
            {
                _idle.Push(connection);
                return;
            }
        }

        connection.Dispose();
    }

    public void Succeeded()
    {
        if (Volatile.Read(ref _consecutive) == 0) return;
        Volatile.Write(ref _consecutive, 0);
        Volatile.Write(ref _ejections, 0);
    }

    public void Failed(int ejectAfter, TimeSpan ejectFor)
    {
        Interlocked.Increment(ref _failures);
        var consecutive = Interlocked.Increment(ref _consecutive);
        if (consecutive < ejectAfter || IsEjected) return;
        var duration = ejectFor * Math.Min(MaxEjectionFactor, Interlocked.Increment(ref _ejections));
        Volatile.Write(ref _ejectedUntil, _watch.Now + (long)duration.TotalMilliseconds);
        GatewayLog.Ejected(_logger, Name, consecutive, duration);
    }

    public void Dispose()
    {
        UpstreamConnection[] idle;
        lock (_gate)
        {
            _disposed = true;
            idle = [.. _idle];
            _idle.Clear();
        }

        foreach (var connection in idle) connection.Dispose();
    }
}
