using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Skerry.Api.Metrics;

/// <summary>Every instrument of Skerry's in Prometheus' text format, kept by a listener of this process.</summary>
internal sealed class PrometheusExporter : IDisposable
{
    private static readonly double[] Bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(string Name, string Labels), Series> _series = new();

    public PrometheusExporter()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("Skerry.", StringComparison.Ordinal)) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>All series of this moment.</summary>
    public string Render()
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

        var text = new StringBuilder();
        foreach (var family in _series.GroupBy(entry => entry.Key.Name).OrderBy(family => family.Key, StringComparer.Ordinal))
        {
            var first = family.First().Value;
            text.Append(CultureInfo.InvariantCulture, $"# HELP {family.Key} {first.Help}\n# TYPE {family.Key} {first.Type}\n");
            foreach (var ((name, labels), series) in family.OrderBy(entry => entry.Key.Labels, StringComparer.Ordinal)) series.Write(text, name, labels);
        }

        WriteProcess(text);
        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var type = instrument.GetType().Name;
        var isHistogram = type.StartsWith("Histogram", StringComparison.Ordinal);
        var isCounter = type.Contains("Counter", StringComparison.Ordinal) && !type.Contains("UpDown", StringComparison.Ordinal);
        var name = NameOf(instrument, isCounter);
        var series = _series.GetOrAdd((name, LabelsOf(tags)), _ => new Series(
            instrument.Description ?? instrument.Name, isHistogram ? "histogram" : isCounter ? "counter" : "gauge", instrument.IsObservable));
        if (isHistogram) series.Observe(value);
        else if (instrument.IsObservable) series.Set(value);
        else series.Add(value);
    }

    private static string NameOf(Instrument instrument, bool isCounter)
    {
        var name = instrument.Name.Replace('.', '_').Replace('-', '_');
        if (instrument.Unit == "s" && !name.EndsWith("_sum", StringComparison.Ordinal)) name += "_seconds";
        // Histograms that keep their own buckets already bear the suffixes Prometheus gives them.
        return isCounter && !name.EndsWith("_bucket", StringComparison.Ordinal) && !name.EndsWith("_sum", StringComparison.Ordinal) ? name + "_total" : name;
    }

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

    private sealed class Series(string help, string type, bool isObserved)
    {
        private readonly Lock _gate = new();
        private readonly long[] _buckets = new long[Bounds.Length + 1];
        private double _value;
        private long _count;

        public string Help => help;

        public string Type => type;

        public bool IsObserved => isObserved;

        public void Add(double value)
        {
            lock (_gate) _value += value;
        }

        public void Set(double value)
        {
            lock (_gate) _value = value;
        }

        public void Observe(double value)
        {
            var bucket = 0;
            while (bucket < Bounds.Length && value > Bounds[bucket]) bucket++;
            lock (_gate)
            {
                _value += value;
                _count++;
                _buckets[bucket]++;
            }
        }

        public void Write(StringBuilder text, string name, string labels)
        {
            lock (_gate)
            {
                if (type != "histogram")
                {
                    text.Append(CultureInfo.InvariantCulture, $"{name}{(labels.Length > 0 ? $"{{{labels}}}" : "")} {_value}\n");
                    return;
                }

                var prefix = labels.Length > 0 ? labels + "," : "";
                long total = 0;
                for (var i = 0; i < _buckets.Length; i++)
                {
                    total += _buckets[i];
                    var bound = i < Bounds.Length ? Bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
                    text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{prefix}le=\"{bound}\"}} {total}\n");
                }

                var suffix = labels.Length > 0 ? $"{{{labels}}}" : "";
                text.Append(CultureInfo.InvariantCulture, $"{name}_sum{suffix} {_value}\n{name}_count{suffix} {_count}\n");
            }
        }
    }
}
