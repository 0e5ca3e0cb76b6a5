using System.Diagnostics.Metrics;

using Skerry.Gossip.Core;
using Skerry.Gossip.Wire;

namespace Skerry.Gossip.Driver;

/// <summary>Counters of one node's gossip.</summary>
internal sealed class GossipMetrics
{
    private readonly Counter<long> _sentPackets;
    private readonly Counter<long> _sentBytes;
    private readonly Counter<long> _receivedPackets;
    private readonly Counter<long> _receivedBytes;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _notices;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _exchanges;
    private readonly Counter<long> _unsent;

    public GossipMetrics(IMeterFactory meters, Func<int> members, Func<int> health)
    {
        var meter = meters.Create("Skerry.Gossip");
        _sentPackets = meter.CreateCounter<long>("skerry.gossip.sent.packets", "{packet}", "UDP packets sent");
        _sentBytes = meter.CreateCounter<long>("skerry.gossip.sent.bytes", "By", "UDP payload sent");
        _receivedPackets = meter.CreateCounter<long>("skerry.gossip.received.packets", "{packet}", "UDP packets received");
        _receivedBytes = meter.CreateCounter<long>("skerry.gossip.received.bytes", "By", "UDP payload received");
        _refused = meter.CreateCounter<long>("skerry.gossip.refused", "{message}", "Packets, streams and messages that could not be read, by reason");
        _notices = meter.CreateCounter<long>("skerry.gossip.notices", "{event}", "What the protocol noticed, by kind");
        _dropped = meter.CreateCounter<long>("skerry.gossip.application.dropped", "{message}", "Application messages nobody read in time");
        _exchanges = meter.CreateCounter<long>("skerry.gossip.exchanges", "{exchange}", "TCP exchanges that others opened, by outcome");
        _unsent = meter.CreateCounter<long>("skerry.gossip.unsent.packets", "{packet}", "UDP packets that the system did not take");
        meter.CreateObservableGauge("skerry.gossip.members", members, "{member}", "Members held alive");
        meter.CreateObservableGauge("skerry.gossip.health", health, "{score}", "Local health: 0 is well, 7 is worst");
    }

    public void Sent(int bytes)
    {
        _sentPackets.Add(1);
        _sentBytes.Add(bytes);
    }

    public void Received(int bytes)
    {
        _receivedPackets.Add(1);
        _receivedBytes.Add(bytes);
    }

    public void Refused(DecodeError error) => _refused.Add(1, new KeyValuePair<string, object?>("reason", error.ToString()));

    public void Noticed(Notice notice) => _notices.Add(1, new KeyValuePair<string, object?>("kind", notice.ToString()));

    public void Exchanged(ExchangeOutcome outcome) => _exchanges.Add(1, new KeyValuePair<string, object?>("outcome", outcome.ToString()));

    public void Unsent() => _unsent.Add(1);

    public void ApplicationDropped() => _dropped.Add(1);
}
