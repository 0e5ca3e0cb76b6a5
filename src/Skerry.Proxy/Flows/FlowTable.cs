namespace Skerry.Proxy.Flows;

/// <summary>Flows open now. Once a second it looks for those on which nothing moves any more; while there are none, it has no timer.</summary>
internal sealed class FlowTable : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly HashSet<Flow> _flows = [];
    private readonly TimeProvider _time;
    private readonly Func<TimeSpan> _limit;
    private readonly ITimer _timer;
    private bool _disposed;

    /// <param name="time">The clock.</param>
    /// <param name="limit">For how long nothing may move; zero: for ever.</param>
    public FlowTable(TimeProvider time, Func<TimeSpan> limit)
    {
        _time = time;
        _limit = limit;
        _timer = time.CreateTimer(static table => ((FlowTable)table!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public int Count
    {
        get { lock (_gate) return _flows.Count; }
    }

    /// <param name="abort">Cuts the flow: called once, when it is idle for too long.</param>
    public Flow Add(Action abort)
    {
        var flow = new Flow(_time, abort);
        lock (_gate)
        {
            _flows.Add(flow);
            if (_flows.Count == 1 && !_disposed) _timer.Change(Interval, Interval);
        }

        return flow;
    }

    public void Remove(Flow flow)
    {
        lock (_gate)
        {
            _flows.Remove(flow);
            if (_flows.Count == 0 && !_disposed) _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        lock (_gate) _disposed = true;
        _timer.Dispose();
    }

    private void Sweep()
    {
        var limit = _limit();
        if (limit <= TimeSpan.Zero) return;
        Flow[] flows;
        lock (_gate) flows = [.. _flows];
        foreach (var flow in flows) flow.CutWhenIdle(limit);
    }
}
