using System.Diagnostics.Metrics;

namespace Skerry.Manifest.Driver;

/// <summary>Counters of the manifest on this node.</summary>
internal sealed class ManifestMetrics
{
    private readonly Counter<long> _applied;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _expired;
    private readonly Counter<long> _compared;
    private readonly Histogram<double> _proposals;

    public ManifestMetrics(IMeterFactory meters, ManifestNode node)
    {
        var meter = meters.Create("Skerry.Manifest");
        _applied = meter.CreateCounter<long>("skerry.manifest.applied", "{command}", "Commands applied");
        _refused = meter.CreateCounter<long>("skerry.manifest.refused", "{request}", "Requests refused, by reason");
        _expired = meter.CreateCounter<long>("skerry.manifest.leases.expired", "{lease}", "Leases this node had ended because their time was over");
        _compared = meter.CreateCounter<long>("skerry.manifest.comparisons", "{comparison}", "Comparisons of this node's state with another's, by outcome: same or different");
        _proposals = meter.CreateHistogram<double>("skerry.manifest.proposal.duration", "s", "Time from a write's arrival to its answer");
        meter.CreateObservableGauge("skerry.manifest.revision", () => node.View.Revision, "{revision}", "The store's revision");
        meter.CreateObservableGauge("skerry.manifest.keys", () => node.Status.Keys, "{key}", "Keys there are");
        meter.CreateObservableGauge("skerry.manifest.bytes", () => node.Status.Bytes, "By", "Memory the state takes, counted");
        meter.CreateObservableGauge("skerry.manifest.leases", () => node.Status.Leases, "{lease}", "Leases there are");
        meter.CreateObservableGauge("skerry.manifest.watchers", () => node.Status.Watchers, "{watcher}", "Watchers on this node");
    }

    public void Applied() => _applied.Add(1);

    public void Refused(ManifestError error) => _refused.Add(1, new KeyValuePair<string, object?>("reason", error.ToString()));

    public void Expired(int leases) => _expired.Add(leases);

    public void Compared(bool isSame) => _compared.Add(1, new KeyValuePair<string, object?>("outcome", isSame ? "same" : "different"));

    public void Proposed(TimeSpan duration) => _proposals.Record(duration.TotalSeconds);
}
