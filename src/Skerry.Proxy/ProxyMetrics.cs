using System.Diagnostics.Metrics;

using Skerry.Proxy.Dns;
using Skerry.Proxy.Flows;

namespace Skerry.Proxy;

/// <summary>Counters of one node's proxy.</summary>
internal sealed class ProxyMetrics
{
    private readonly Counter<long> _bytes;
    private readonly UpDownCounter<long> _flows;
    private readonly Counter<long> _opened;
    private readonly Counter<long> _dialFailures;
    private readonly Counter<long> _refusals;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _answers;
    private readonly Histogram<double> _dialDuration;

    public ProxyMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Skerry.Proxy");
        _bytes = meter.CreateCounter<long>("skerry.proxy.bytes", "By", "Bytes carried, by service, path (local, direct, relayed) and direction (to the service, from it)");
        _flows = meter.CreateUpDownCounter<long>("skerry.proxy.flows", "{flow}", "Connections and UDP clients open, by side (client: here to a service anywhere; service: from another node to a service here)");
        _opened = meter.CreateCounter<long>("skerry.proxy.flows.opened", "{flow}", "Connections and UDP clients that reached an instance, by service, network and path");
        _dialFailures = meter.CreateCounter<long>("skerry.proxy.dial.failures", "{attempt}", "Attempts that reached no instance, by service and reason");
        _dialDuration = meter.CreateHistogram<double>("skerry.proxy.dial.duration", "s", "From a client's connection to an instance's, other instances tried meanwhile included, by path");
        _answers = meter.CreateCounter<long>("skerry.proxy.dns.answers", "{answer}", "Answers to names, by code");
        _refusals = meter.CreateCounter<long>("skerry.proxy.refusals", "{flow}", "What was refused, by reason");
        _dropped = meter.CreateCounter<long>("skerry.proxy.datagrams.dropped", "{datagram}", "Datagrams dropped, by reason");
        meter.CreateObservableGauge("skerry.proxy.buffers", () => Buffers.Rented, "{buffer}", "Buffers with bytes under way");
    }

    public void Carried(string service, string path, bool toService, int bytes) =>
        _bytes.Add(bytes, new("service", service), new("path", path), new("direction", toService ? "to" : "from"));

    public void Began(bool atClient) => _flows.Add(1, Side(atClient));

    public void Ended(bool atClient) => _flows.Add(-1, Side(atClient));

    public void Reached(string service, ServiceNetwork network, string path, TimeSpan duration)
    {
        _opened.Add(1, new("service", service), new("network", NameOf(network)), new("path", path));
        _dialDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("path", path));
    }

    public void DialFailed(string service, ProxyFailure reason) => _dialFailures.Add(1, new("service", service), new("reason", NameOf(reason)));

    public void Refused(string reason) => _refusals.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Dropped(string reason) => _dropped.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Answered(DnsCode code) => _answers.Add(1, new KeyValuePair<string, object?>("code", NameOf(code)));

    private static string NameOf(DnsCode code) => code switch
    {
        DnsCode.NoError => "noerror",
        DnsCode.FormatError => "formerr",
        DnsCode.ServerFailure => "servfail",
        DnsCode.NameError => "nxdomain",
        DnsCode.NotImplemented => "notimp",
        DnsCode.Refused => "refused",
        _ => "other",
    };

    private static KeyValuePair<string, object?> Side(bool atClient) => new("side", atClient ? "client" : "service");

    private static string NameOf(ServiceNetwork network) => network == ServiceNetwork.Udp ? "udp" : "tcp";

    private static string NameOf(ProxyFailure reason) => reason switch
    {
        ProxyFailure.Unreachable => "unreachable",
        ProxyFailure.Refused => "refused",
        ProxyFailure.Timeout => "timeout",
        ProxyFailure.NoInstance => "no-instance",
        _ => "busy",
    };
}
