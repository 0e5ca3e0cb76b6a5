using System.Diagnostics.Metrics;

namespace Skerry.Replication.Driver;

/// <summary>Counters of one exchange of a node; the tag <c>exchange</c> tells the group's from the one between groups.</summary>
internal sealed class ReplicationMetrics
{
    private readonly KeyValuePair<string, object?> _exchange;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _sentBytes;
    private readonly Counter<long> _received;
    private readonly Counter<long> _receivedBytes;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _unsent;

    public ReplicationMetrics(IMeterFactory meters, ReplicationPace pace, Func<int> records)
    {
        _exchange = new KeyValuePair<string, object?>("exchange", pace.Exchange);
        var meter = meters.Create("Skerry.Replication");
        _sent = meter.CreateCounter<long>("skerry.replication.sent.messages", "{message}", "Messages sent");
        _sentBytes = meter.CreateCounter<long>("skerry.replication.sent.bytes", "By", "Message bytes sent");
        _received = meter.CreateCounter<long>("skerry.replication.received.messages", "{message}", "Messages received");
        _receivedBytes = meter.CreateCounter<long>("skerry.replication.received.bytes", "By", "Message bytes received");
        _refused = meter.CreateCounter<long>("skerry.replication.refused", "{message}", "Messages that could not be read");
        _unsent = meter.CreateCounter<long>("skerry.replication.unsent", "{message}", "Messages a peer did not take, or that found too many under way");
        meter.CreateObservableGauge("skerry.replication.records", () => new Measurement<int>(records(), _exchange), "{record}", "Records known, withdrawn ones excluded");
    }

    public void Sent(int bytes)
    {
        _sent.Add(1, _exchange);
        _sentBytes.Add(bytes, _exchange);
    }

    public void Received(int bytes)
    {
        _received.Add(1, _exchange);
        _receivedBytes.Add(bytes, _exchange);
    }

    public void Refused() => _refused.Add(1, _exchange);

    public void Unsent() => _unsent.Add(1, _exchange);
}
