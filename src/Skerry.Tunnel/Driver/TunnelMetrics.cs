using System.Diagnostics;
using System.Diagnostics.Metrics;

using Skerry.Tunnel.Claims;

namespace Skerry.Tunnel.Driver;

/// <summary>Counts of the tunnel.</summary>
internal sealed class TunnelMetrics
{
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _namesRefused;
    private readonly Counter<long> _dials;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _lost;
    private readonly Histogram<double> _failovers;
    private readonly Histogram<double> _roundTrips;

    public TunnelMetrics(IMeterFactory meters, Func<int> sessions, Func<int> reservations, Func<int> load, SessionBudget budget)
    {
        var meter = meters.Create("Skerry.Tunnel");
        _bytes = meter.CreateCounter<long>("skerry.tunnel.bytes", "By", "Bytes of sessions, by service, path and direction");
        _namesRefused = meter.CreateCounter<long>("skerry.tunnel.names.refused", "{claim}", "Peers that were not believed to be the node they said, by reason");
        _dials = meter.CreateCounter<long>("skerry.tunnel.dials", "{dial}", "Addresses dialled, by path and outcome");
        _refused = meter.CreateCounter<long>("skerry.tunnel.sessions.refused", "{session}", "Sessions refused to other nodes, by reason");
        _lost = meter.CreateCounter<long>("skerry.tunnel.sessions.lost", "{session}", "Sessions that ended with an error because no path came back");
        _failovers = meter.CreateHistogram<double>("skerry.tunnel.failover.duration", "s", "How long sessions were without a path before they went on");
        _roundTrips = meter.CreateHistogram<double>("skerry.tunnel.round_trip", "s", "Round trips to nodes as their connections measure them, by path: once a heartbeat where a path is in use");
        meter.CreateObservableGauge("skerry.tunnel.sessions", sessions, "{session}", "Sessions that are not over");
        meter.CreateObservableGauge("skerry.tunnel.memory", () => budget.Memory, "By", "What sessions hold and have promised to take");
        meter.CreateObservableGauge("skerry.tunnel.buffers", () => budget.Buffers, "{buffer}", "Buffers with frames of sessions under way");
        meter.CreateObservableGauge("skerry.tunnel.reservations", reservations, "{reservation}", "Relays that put callers through to this node");
        meter.CreateObservableGauge("skerry.tunnel.relay.load", load, "%", "How much of what this node may carry as a relay is in use, in coarse steps");
    }

    public void Sent(string service, PathKind path, int length) => Bytes(service, path, "out", length);

    public void Received(string service, PathKind path, int length) => Bytes(service, path, "in", length);

    public void NameRefused(ClaimRefusal why) => _namesRefused.Add(1, new KeyValuePair<string, object?>("reason", NameOf(why)));

    public void Dialled(bool isCircuit, bool isReached) => _dials.Add(1, PathOf(isCircuit), new("outcome", isReached ? "reached" : "failed"));

    public void Refused(SessionRefusal why) => _refused.Add(1, new KeyValuePair<string, object?>("reason", why.ToString()));

    public void Lost() => _lost.Add(1);

    public void FailedOver(TimeSpan took) => _failovers.Record(took.TotalSeconds);

    public void Measured(bool isCircuit, TimeSpan roundTrip) => _roundTrips.Record(roundTrip.TotalSeconds, PathOf(isCircuit));

    private static KeyValuePair<string, object?> PathOf(bool isCircuit) => new("path", isCircuit ? "relayed" : "direct");

    private static string NameOf(ClaimRefusal why) => why switch
    {
        ClaimRefusal.Malformed => "malformed",
        ClaimRefusal.FalseName => "false_name",
        ClaimRefusal.NotSigned => "not_signed",
        ClaimRefusal.OtherPeer => "other_peer",
        ClaimRefusal.OtherName => "other_name",
        ClaimRefusal.NotYetValid => "not_yet_valid",
        ClaimRefusal.Expired => "expired",
        ClaimRefusal.Revoked => "revoked",
        _ => "silent",
    };

    private void Bytes(string service, PathKind path, string direction, int length)
    {
        if (!_bytes.Enabled) return;
        var tags = new TagList { { "service", service }, { "path", path == PathKind.Relayed ? "relayed" : "direct" }, { "direction", direction } };
        _bytes.Add(length, tags);
    }
}
