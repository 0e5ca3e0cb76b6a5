using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

using Microsoft.Extensions.DependencyInjection;

namespace Skerry.Gossip.Tests.Driver;

/// <summary>Meters of one node, and what they have counted: by instrument, and by instrument and tag value as <c>instrument/value</c>.</summary>
internal sealed class Counters : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);

    public Counters()
    {
        Meters = _services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, Meters)) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>(Count);
        _listener.Start();
    }

    public IMeterFactory Meters { get; }

    public long this[string what] => _counts.GetValueOrDefault(what);

    public override string ToString() => string.Join(", ", _counts.OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => $"{count.Key} {count.Value}"));

    public void Dispose()
    {
        _listener.Dispose();
        _services.Dispose();
    }

    private void Count(Instrument instrument, long count, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        _counts.AddOrUpdate(instrument.Name, count, (_, before) => before + count);
        foreach (var tag in tags) _counts.AddOrUpdate($"{instrument.Name}/{tag.Value}", count, (_, before) => before + count);
    }
}
