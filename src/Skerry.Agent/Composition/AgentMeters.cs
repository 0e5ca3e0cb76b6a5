using System.Diagnostics.Metrics;

namespace Skerry.Agent.Composition;

/// <summary>The meters of one agent: several agents in one process (tests) do not count into each other's.</summary>
internal sealed class AgentMeters : IMeterFactory
{
    private readonly Lock _gate = new();
    private readonly List<Meter> _meters = [];

    public Meter Create(MeterOptions options)
    {
        options.Scope = this;
        var meter = new Meter(options);
        lock (_gate) _meters.Add(meter);
        return meter;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var meter in _meters) meter.Dispose();
            _meters.Clear();
        }
    }
}
