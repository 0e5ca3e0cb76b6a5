using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Globalization;

using Skerry.Gateway.Model;

namespace Skerry.Gateway;

/// <summary>Shows the pipelines' counts to whoever listens; requests pay for counting, never for showing.</summary>
internal static class GatewayMetrics
{
    public static void Register(IMeterFactory meters, Func<ImmutableArray<PipelineModel>> pipelines)
    {
        var meter = meters.Create("Skerry.Gateway");
        Register(meter, "skerry.gateway", "of a pipeline", () => pipelines().Select(pipeline => (pipeline.Counters.Whole.Read(), PipelineTags(pipeline))));
        Register(meter, "skerry.gateway.plugin", "at a plugin", () =>
            from pipeline in pipelines()
            from index in Enumerable.Range(0, pipeline.Plugins.Length)
            select (pipeline.Counters.Plugins[index].Read(), PluginTags(pipeline, index)));
    }

    private static void Register(Meter meter, string name, string whose, Func<IEnumerable<(TallySnapshot Counts, KeyValuePair<string, object?>[] Tags)>> tallies)
    {
        meter.CreateObservableCounter($"{name}.requests", () => Each(counts => counts.Requests), "{request}", $"Requests {whose} that are over");
        meter.CreateObservableCounter($"{name}.errors", () => Each(counts => counts.Errors), "{request}", $"Requests {whose} answered with 500 and above, or cut off");
        meter.CreateObservableCounter($"{name}.client.errors", () => Each(counts => counts.ClientErrors), "{request}", $"Requests {whose} answered with 400 to 499, or given up by the client");
        meter.CreateObservableGauge($"{name}.in.flight", () => Each(counts => counts.InFlight), "{request}", $"Requests {whose} that are not over");
        meter.CreateObservableCounter($"{name}.duration.sum", () => tallies().Select(tally => new Measurement<double>(tally.Counts.Seconds, tally.Tags)), "s", $"Time that requests {whose} took");
        meter.CreateObservableCounter($"{name}.duration.count", () => Each(counts => counts.Buckets.Sum()), "s", $"Time that requests {whose} took");
        meter.CreateObservableCounter($"{name}.duration.bucket", Buckets, "s", $"Time that requests {whose} took");

        IEnumerable<Measurement<long>> Each(Func<TallySnapshot, long> value) => tallies().Select(tally => new Measurement<long>(value(tally.Counts), tally.Tags));

        IEnumerable<Measurement<long>> Buckets()
        {
            foreach (var (counts, tags) in tallies())
            {
                long total = 0;
                for (var i = 0; i < counts.Buckets.Length; i++)
                {
                    total += counts.Buckets[i];
                    var bound = i < LatencyBuckets.Seconds.Length ? LatencyBuckets.Seconds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
                    yield return new Measurement<long>(total, [.. tags, new("le", bound)]);
                }
            }
        }
    }

    private static KeyValuePair<string, object?>[] PipelineTags(PipelineModel pipeline) => [new("pipeline", pipeline.Name)];

    private static KeyValuePair<string, object?>[] PluginTags(PipelineModel pipeline, int index) =>
    [
        new("pipeline", pipeline.Name),
        new("plugin", pipeline.Counters.PluginNames[index]),
        new("position", index.ToString(CultureInfo.InvariantCulture)),
    ];
}
