using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;

using Skerry.Gateway.Model;

namespace Skerry.Gateway;

/// <summary>Shows the pipelines' counters to whoever listens; reading costs requests nothing.</summary>
internal static class GatewayMetrics
{
    public static void Register(IMeterFactory meters, Func<ConcurrentDictionary<string, PipelineCounters>> pipelines)
    {
        var meter = meters.Create("Skerry.Gateway");
        meter.CreateObservableCounter("skerry.gateway.requests", () => Each(counters => counters.Requests), "{request}", "Requests taken by a pipeline");
        meter.CreateObservableCounter("skerry.gateway.errors", () => Each(counters => counters.Errors), "{request}", "Answers of 500 and above");
        meter.CreateObservableCounter("skerry.gateway.client.errors", () => Each(counters => counters.ClientErrors), "{request}", "Answers of 400 to 499");
        meter.CreateObservableGauge("skerry.gateway.in.flight", () => Each(counters => counters.InFlight), "{request}", "Requests not answered yet");
        meter.CreateObservableCounter("skerry.gateway.plugin.answered", PerPlugin, "{request}", "Requests that ended at a plugin");
        meter.CreateObservableCounter("skerry.gateway.duration.bucket", Buckets, "{request}", "Requests that took at most le seconds");
        meter.CreateObservableCounter("skerry.gateway.duration.sum", Sums, "s", "Time all requests took together");

        IEnumerable<Measurement<long>> Each(Func<PipelineCounters, long> value) => pipelines().Select(entry => new Measurement<long>(value(entry.Value), Tag("pipeline", entry.Key)));

        IEnumerable<Measurement<long>> PerPlugin() =>
            from entry in pipelines()
            from index in Enumerable.Range(0, entry.Value.PluginNames.Length)
            select new Measurement<long>(entry.Value.AnsweredBy(index), Tag("pipeline", entry.Key), Tag("plugin", entry.Value.PluginNames[index]), Tag("position", index.ToString(CultureInfo.InvariantCulture)));

        IEnumerable<Measurement<double>> Sums() => pipelines().Select(entry => new Measurement<double>(entry.Value.Latency.Sum, Tag("pipeline", entry.Key)));

        IEnumerable<Measurement<long>> Buckets()
        {
            foreach (var (name, counters) in pipelines())
            {
                var counts = counters.Latency.Counts;
                long total = 0;
                for (var i = 0; i < counts.Length; i++)
                {
                    total += counts[i];
                    var bound = i < LatencyHistogram.Bounds.Length ? LatencyHistogram.Bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
                    yield return new Measurement<long>(total, Tag("pipeline", name), Tag("le", bound));
                }
            }
        }
    }

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
