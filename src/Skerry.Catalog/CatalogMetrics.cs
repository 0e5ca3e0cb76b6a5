using System.Diagnostics.Metrics;

namespace Skerry.Catalog;

/// <summary>Counters of one node's catalog.</summary>
internal sealed class CatalogMetrics
{
    private readonly Counter<long> _runs;
    private readonly UpDownCounter<long> _running;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _refused;

    public CatalogMetrics(IMeterFactory meters, Func<CatalogSnapshot> current)
    {
        var meter = meters.Create("Skerry.Catalog");
        _runs = meter.CreateCounter<long>("skerry.catalog.checks.runs", "{run}", "Runs of checks, by type and result");
        _running = meter.CreateUpDownCounter<long>("skerry.catalog.checks.running", "{run}", "Runs of checks under way");
        _duration = meter.CreateHistogram<double>("skerry.catalog.checks.duration", "s", "How long runs took, by type");
        _refused = meter.CreateCounter<long>("skerry.catalog.records.refused", "{record}", "Records of other nodes that could not be read");
        meter.CreateObservableGauge("skerry.catalog.groups", () => CountGroups(current()), "{group}", "Other groups, by whether they can be reached");
        meter.CreateObservableGauge("skerry.catalog.nodes", () => current().Nodes.Count, "{node}", "Nodes in this node's view");
        meter.CreateObservableGauge("skerry.catalog.services", () => current().Services.Count, "{service}", "Services in this node's view");
        meter.CreateObservableGauge("skerry.catalog.instances", () => current().Services.Values.Sum(service => service.Entries.Length), "{instance}", "Instances in this node's view");
    }

    public void Began() => _running.Add(1);

    public void Ended() => _running.Add(-1);

    public void Ran(CheckType type, CheckStatus result, TimeSpan duration)
    {
        var ofType = new KeyValuePair<string, object?>("type", NameOf(type));
        _runs.Add(1, ofType, new KeyValuePair<string, object?>("result", NameOf(result)));
        _duration.Record(duration.TotalSeconds, ofType);
    }

    public void RecordRefused() => _refused.Add(1);

    private static IEnumerable<Measurement<int>> CountGroups(CatalogSnapshot snapshot) =>
        from isReachable in (bool[])[true, false]
        select new Measurement<int>(snapshot.Groups.Values.Count(other => other.IsReachable == isReachable), new KeyValuePair<string, object?>("reachable", isReachable ? "yes" : "no"));

    private static string NameOf(CheckType type) => type switch
    {
        CheckType.Http => "http",
        CheckType.Tcp => "tcp",
        CheckType.Grpc => "grpc",
        CheckType.Script => "script",
        _ => "other",
    };

    private static string NameOf(CheckStatus status) => status switch
    {
        CheckStatus.Passing => "passing",
        CheckStatus.Warning => "warning",
        _ => "critical",
    };
}
