using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Skerry.Api.Metrics;

/// <summary>Every instrument of Skerry's, kept by a listener of this process, in Prometheus' text format or in the JSON of Consul's agent.</summary>
internal sealed class PrometheusExporter : IDisposable
{
    private static readonly ImmutableArray<string> HistogramParts = ["_bucket", "_sum", "_count"];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(string Name, string Labels), Series> _series = new();

    public PrometheusExporter()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("Skerry.", StringComparison.Ordinal)) listener.EnableMeasurementEvents(instrument, new InstrumentSeries(instrument, Find));
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, series) => Record(instrument, value, tags, (InstrumentSeries)series!));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, series) => Record(instrument, value, tags, (InstrumentSeries)series!));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, series) => Record(instrument, value, tags, (InstrumentSeries)series!));
        _listener.Start();
    }

    /// <summary>All series of this moment, as Consul's agent gives its own.</summary>
    public JsonObject ToJson(DateTimeOffset now)
    {
        Observe();
        var series = _series.OrderBy(entry => entry.Key).Select(entry => entry.Value).ToLookup(found => found.Type, found => (JsonNode)found.ToJson());
        return new JsonObject
        {
            ["Timestamp"] = now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss +0000 'UTC'", CultureInfo.InvariantCulture),
            ["Gauges"] = new JsonArray([.. series["gauge"]]),
            ["Points"] = new JsonArray(),
            ["Counters"] = new JsonArray([.. series["counter"]]),
            ["Samples"] = new JsonArray([.. series["histogram"]]),
        };
    }

    /// <summary>All series of this moment.</summary>
    public string Render()
    {
        Observe();
        var text = new StringBuilder();
        foreach (var family in _series.GroupBy(entry => entry.Value.Family).OrderBy(family => family.Key.Name, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP {family.Key.Name} {Escape(family.First().Value.Help)}\n# TYPE {family.Key.Name} {family.Key.Type}\n");
            var sorted = family.OrderBy(entry => entry.Key.Name, StringComparer.Ordinal).ThenBy(entry => entry.Value.Bound).ThenBy(entry => entry.Key.Labels, StringComparer.Ordinal);
            foreach (var ((name, labels), series) in sorted) series.Write(text, name, labels);
        }

        WriteProcess(text);
        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private void Observe()
    {
        lock (_listener)
        {
            // What observable instruments said before may be gone: a pipeline, a peer.
            foreach (var (key, series) in _series)
            {
                if (series.IsObserved) _series.TryRemove(key, out _);
            }

            _listener.RecordObservableInstruments();
        }
    }

    private static void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, InstrumentSeries all)
    {
        var series = all.Of(tags);
        if (all.IsHistogram) series.Observe(value);
        else if (instrument.IsObservable) series.Set(value);
        else series.Add(value);
    }

    private Series Find(Instrument instrument, KeyValuePair<string, object?>[] tags)
    {
        var type = InstrumentSeries.KindOf(instrument);
        var (family, part) = FamilyOf(instrument, type);
        var key = (family.Name + part, LabelsOf(tags));
        return _series.TryGetValue(key, out var series) ? series : _series.GetOrAdd(
            key, new Series(instrument.Name, tags, instrument.Description ?? instrument.Name, type, family, instrument.IsObservable));
    }

    /// <summary>Where an instrument stands; an observable counter named <c>.bucket</c>, <c>.sum</c> or <c>.count</c> is a part of a histogram that somebody else keeps.</summary>
    private static (MetricFamily Family, string Part) FamilyOf(Instrument instrument, string type)
    {
        var name = instrument.Name.Replace('.', '_').Replace('-', '_');
        var part = type == "counter" ? HistogramParts.FirstOrDefault(part => name.EndsWith(part, StringComparison.Ordinal)) : null;
        name = name[..^(part?.Length ?? 0)] + (instrument.Unit == "s" ? "_seconds" : "");
        return part is not null ? (new(name, "histogram"), part) : (new(type == "counter" ? name + "_total" : name, type), "");
    }

    private static string Escape(string help) => help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty) return "";
        var labels = new StringBuilder();
        foreach (var (key, value) in tags)
        {
            if (labels.Length > 0) labels.Append(',');
            var escaped = (value?.ToString() ?? "").Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            labels.Append(key.Replace('.', '_').Replace('-', '_')).Append("=\"").Append(escaped).Append('"');
        }

        return labels.ToString();
    }

    private static void WriteProcess(StringBuilder text)
    {
        using var process = Process.GetCurrentProcess();
        text.Append("# HELP process_cpu_seconds_total User and system time used\n# TYPE process_cpu_seconds_total counter\n")
            .Append(CultureInfo.InvariantCulture, $"process_cpu_seconds_total {process.TotalProcessorTime.TotalSeconds}\n")
            .Append("# HELP process_resident_memory_bytes Resident memory\n# TYPE process_resident_memory_bytes gauge\n")
            .Append(CultureInfo.InvariantCulture, $"process_resident_memory_bytes {process.WorkingSet64}\n")
            .Append("# HELP process_threads Threads\n# TYPE process_threads gauge\n")
            .Append(CultureInfo.InvariantCulture, $"process_threads {process.Threads.Count}\n")
            .Append("# HELP dotnet_gc_collections_total Collections by generation\n# TYPE dotnet_gc_collections_total counter\n");
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
            text.Append(CultureInfo.InvariantCulture, $"dotnet_gc_collections_total{{generation=\"{generation}\"}} {GC.CollectionCount(generation)}\n");
    }
}
