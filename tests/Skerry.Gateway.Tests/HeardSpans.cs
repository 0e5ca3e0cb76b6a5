using System.Collections.Concurrent;
using System.Diagnostics;

namespace Skerry.Gateway.Tests;

/// <summary>Listens to the gateway's spans of one trace; other tests' requests are not traced.</summary>
internal sealed class HeardSpans : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ActivityListener _listener;
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly SemaphoreSlim _requests = new(0);

    public HeardSpans()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Skerry.Gateway",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) => options.TraceId == Trace ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = span =>
            {
                _ended.Enqueue(span);
                if (span.Kind == ActivityKind.Server) _requests.Release();
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public ActivityTraceId Trace { get; } = ActivityTraceId.CreateRandom();

    public ActivitySpanId Root { get; } = ActivitySpanId.CreateRandom();

    /// <summary>The header of a request in this trace.</summary>
    public string Traceparent => $"00-{Trace}-{Root}-01";

    /// <summary>All spans so far, in the order in which they ended, once one more request is over.</summary>
    public async Task<Activity[]> UntilRequestAsync()
    {
        Assert.True(await _requests.WaitAsync(Patience), "No request has ended.");
        return [.. _ended];
    }

    public void Dispose()
    {
        _listener.Dispose();
        _requests.Dispose();
    }
}
