using System.Diagnostics.Metrics;

namespace Skerry.Replication.Driver;

/// <summary>Counters of one node's replication.</summary>
internal sealed class ReplicationMetrics
{
    private readonly Counter<long> _sent;
    private readonly Counter<long> _sentBytes;
    private readonly Counter<long> _received;
    private readonly Counter<long> _receivedBytes;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _unsent;

    public ReplicationMetrics(IMeterFactory meters, Func<int> records)
    {
        var meter = meters.Create("Skerry.Replication");
        _sent = meter.CreateCounter<long>("skerry.replication.sent.messages", "{message}", "Messages sent");
        _sentBytes = meter.CreateCounter<long>("skerry.replication.sent.bytes", "By", "Message bytes sent");
        _received = meter.CreateCounter<long>("skerry.replication.received.messages", "{message}", "Messages received");
        _receivedBytes = meter.CreateCounter<long>("skerry.replication.received.bytes", "By", "Message bytes received");
        _refused = meter.CreateCounter<long>("skerry.replication.refused", "{message}", "Messages that could not be read");
        _unsent = meter.CreateCounter<long>("skerry.replication.unsent", "{message}", "Messages a peer did not take, or that found too many under way");
        meter.CreateObservableGauge("skerry.replication.records", records, "{record}", "Records known, withdrawn ones excluded");
    }

    public void Sent(int bytes)
    {
        _sent.Add(1);
        _sentBytes.Add(bytes);
    }

    public void Received(int bytes)
    {
        _received.Add(1);
        _receivedBytes.Add(bytes);
    }

    public void Refused() => _refused.Add(1);

    public void Unsent() => _unsent.Add(1);
}
