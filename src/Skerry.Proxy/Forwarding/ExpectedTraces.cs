using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace Skerry.Proxy.Forwarding;

/// <summary>Connections of this process to its own forwards that belong to a trace, by where they come from. What does not come is forgotten.</summary>
/// <param name="time">For how long one is waited for.</param>
internal sealed class ExpectedTraces(TimeProvider time)
{
    /// <summary>As many as can be on their way at once; those beyond begin traces of their own.</summary>
    private const int Most = 1024;

    /// <summary>A connection within one machine is there sooner, or never.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<IPEndPoint, (ActivityContext Trace, long At)> _expected = new();

    public void Add(IPEndPoint client, ActivityContext trace)
    {
        if (_expected.Count >= Most) Forget();
        if (_expected.Count < Most) _expected[client] = (trace, time.GetTimestamp());
    }

    /// <summary>The trace of a connection that has come; of none when nobody has told of it.</summary>
    public ActivityContext Take(IPEndPoint? client)
    {
        if (client is null || !_expected.TryRemove(client, out var known) || time.GetElapsedTime(known.At) > Patience) return default;
        // It came over a socket: then a trace that is not recorded is carried on as such, instead of another being begun.
        return new ActivityContext(known.Trace.TraceId, known.Trace.SpanId, known.Trace.TraceFlags, known.Trace.TraceState, isRemote: true);
    }

    private void Forget()
    {
        foreach (var (client, (_, at)) in _expected)
        {
            if (time.GetElapsedTime(at) > Patience) _expected.TryRemove(client, out _);
        }
    }
}
