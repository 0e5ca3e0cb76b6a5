using System.Globalization;
using System.Net;

using Microsoft.Extensions.Logging;

using Skerry.Gateway.Http1;

namespace Skerry.Gateway.Plugins.Upstream;

/// <summary>
/// One instance as the gateway knows it: its idle connections, its requests in flight, its failures. Lives on while any pipeline names it.
/// Failures in a row leave it out for a while, each time longer; the first request after that decides whether it is back.
/// </summary>
internal sealed class Target : IDisposable
{
    private const int MaxEjectionFactor = 10;

    private readonly DeadlineWatch _watch;
    private readonly ILogger _logger;
    private long _requests;
    private long _failures;
    private int _inFlight;
    private int _consecutive;
    private int _ejections;
    private long _ejectedUntil;

    public Target(string host, int port, int loops, DeadlineWatch watch, ILogger logger)
    {
        EndPoint = IPAddress.TryParse(host, out var ip) ? new IPEndPoint(ip, port) : new DnsEndPoint(host, port);
        Name = host.Contains(':', StringComparison.Ordinal) ? string.Create(CultureInfo.InvariantCulture, $"[{host}]:{port}") : string.Create(CultureInfo.InvariantCulture, $"{host}:{port}");
        Idle = new IdleConnections(loops, watch);
        _watch = watch;
        _logger = logger;
    }

    public EndPoint EndPoint { get; }

    /// <summary>HOST:PORT.</summary>
    public string Name { get; }

    public IdleConnections Idle { get; }

    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Whether it is left out now.</summary>
    public bool IsEjected => Volatile.Read(ref _ejectedUntil) is not 0 and var until && until > _watch.Now;

    public object State => new
    {
        target = Name,
        inFlight = InFlight,
        requests = Interlocked.Read(ref _requests),
        failures = Interlocked.Read(ref _failures),
        ejected = IsEjected,
        idleConnections = Idle.Count,
    };

    public void Begin()
    {
        Interlocked.Increment(ref _requests);
        Interlocked.Increment(ref _inFlight);
    }

    public void End() => Interlocked.Decrement(ref _inFlight);

    public void Succeeded()
    {
        if (Volatile.Read(ref _consecutive) == 0) return;
        Volatile.Write(ref _consecutive, 0);
        Volatile.Write(ref _ejections, 0);
        Volatile.Write(ref _ejectedUntil, 0);
    }

    /// <summary>Counts a failure.</summary>
    /// <param name="ejectAfter">Failures in a row after which it is left out.</param>
    /// <param name="ejectFor">How long, the first time.</param>
    public void Failed(int ejectAfter, TimeSpan ejectFor)
    {
        Interlocked.Increment(ref _failures);
        var consecutive = Interlocked.Increment(ref _consecutive);
        if (consecutive < ejectAfter || IsEjected) return;
        var duration = ejectFor * Math.Min(MaxEjectionFactor, Interlocked.Increment(ref _ejections));
        Volatile.Write(ref _ejectedUntil, _watch.Now + (long)duration.TotalMilliseconds);
        GatewayLog.Ejected(_logger, Name, consecutive, duration);
    }

    public void Dispose() => Idle.Dispose();
}
