using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

using Microsoft.Extensions.DependencyInjection;

namespace Skerry.Tunnel.Tests.Identity;

/// <summary>What <c>skerry.tunnel.names.refused</c> counts for the nodes of one test, by reason.</summary>
internal sealed class RefusalCounts : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ConcurrentDictionary<string, long> _counts = new();

    public RefusalCounts()
    {
        Meters = _services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "skerry.tunnel.names.refused" && ReferenceEquals(instrument.Meter.Scope, Meters)) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, count, tags, _) => _counts.AddOrUpdate((string)tags[0].Value!, count, (_, before) => before + count));
        _listener.Start();
    }

    public IMeterFactory Meters { get; }

    public long this[string reason] => _counts.GetValueOrDefault(reason);

    public long All => _counts.Values.Sum();

    public void Dispose()
    {
        _listener.Dispose();
        _services.Dispose();
    }
}
