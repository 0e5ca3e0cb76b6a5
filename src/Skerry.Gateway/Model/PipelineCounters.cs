using System.Collections.Immutable;

namespace Skerry.Gateway.Model;

/// <summary>What a pipeline and its plugins have done: plain counters on the hot path, read by metrics and the API.</summary>
/// <param name="plugins">The plugins' names, in order.</param>
internal sealed class PipelineCounters(ImmutableArray<string> plugins)
{
    private readonly long[] _answered = new long[plugins.Length];
    private long _requests;
    private long _inFlight;
    private long _errors;
    private long _clientErrors;

    public ImmutableArray<string> PluginNames => plugins;

    public LatencyHistogram Latency { get; } = new();

    /// <summary>Requests taken.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Requests not answered yet.</summary>
    public long InFlight => Interlocked.Read(ref _inFlight);

    /// <summary>Answers of 500 and above, and answers cut off.</summary>
    public long Errors => Interlocked.Read(ref _errors);

    /// <summary>Answers of 400 to 499.</summary>
    public long ClientErrors => Interlocked.Read(ref _clientErrors);

    /// <summary>Requests that ended at a plugin.</summary>
    public long AnsweredBy(int plugin) => Interlocked.Read(ref _answered[plugin]);

    public void Begin()
    {
        Interlocked.Increment(ref _requests);
        Interlocked.Increment(ref _inFlight);
    }

    public void End(int status, TimeSpan elapsed)
    {
        Interlocked.Decrement(ref _inFlight);
        if (status >= 500) Interlocked.Increment(ref _errors);
        else if (status >= 400) Interlocked.Increment(ref _clientErrors);
        Latency.Record(elapsed);
    }

    public void Answered(int plugin)
    {
        if (plugin < _answered.Length) Interlocked.Increment(ref _answered[plugin]);
    }
}
