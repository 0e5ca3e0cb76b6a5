using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Skerry.Raft.Driver;

/// <summary>Counters of a node's part in its group.</summary>
internal sealed class RaftMetrics
{
    private readonly KeyValuePair<string, object?> _group;
    private readonly Counter<long> _proposed;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _applied;
    private readonly Counter<long> _elections;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _sentBytes;
    private readonly Counter<long> _unsent;
    private readonly Counter<long> _received;
    private readonly Counter<long> _unreadable;
    private readonly Counter<long> _snapshots;
    private readonly Histogram<double> _flush;
    private readonly Histogram<int> _flushed;

    public RaftMetrics(IMeterFactory meters, string group, Func<RaftStatus?> status)
    {
        _group = new KeyValuePair<string, object?>("group", group);
        var meter = meters.Create("Skerry.Raft");
        _proposed = meter.CreateCounter<long>("skerry.raft.proposals", "{command}", "Commands that this node, as leader, put into the log");
        _refused = meter.CreateCounter<long>("skerry.raft.proposals.refused", "{command}", "Commands that were refused; the tag says why");
        _applied = meter.CreateCounter<long>("skerry.raft.applied", "{entry}", "Entries of the log given to the state machine");
        _elections = meter.CreateCounter<long>("skerry.raft.role.changes", "{change}", "Times this node became what the tag says");
        _sent = meter.CreateCounter<long>("skerry.raft.sent.messages", "{message}", "Messages sent");
        _sentBytes = meter.CreateCounter<long>("skerry.raft.sent.bytes", "By", "Bytes sent");
        _unsent = meter.CreateCounter<long>("skerry.raft.unsent", "{message}", "Messages dropped: the peer was not reached, or too much waited for it");
        _received = meter.CreateCounter<long>("skerry.raft.received.messages", "{message}", "Messages received");
        _unreadable = meter.CreateCounter<long>("skerry.raft.refused", "{message}", "Messages that could not be read, or came from a node that may not send them");
        _snapshots = meter.CreateCounter<long>("skerry.raft.snapshots", "{snapshot}", "Snapshots; the tag says whether taken, sent or restored");
        _flush = meter.CreateHistogram<double>("skerry.raft.flush.duration", "s", "Time of a write and flush of the log");
        _flushed = meter.CreateHistogram<int>("skerry.raft.flush.entries", "{entry}", "Entries that went to disk in one flush");
        Observe(meter, "skerry.raft.term", "{term}", "The latest term seen", () => (long)(status()?.Term ?? 0));
        Observe(meter, "skerry.raft.index.last", "{entry}", "The last entry of the log", () => (long)(status()?.LastIndex ?? 0));
        Observe(meter, "skerry.raft.index.committed", "{entry}", "Up to where the log is agreed on", () => (long)(status()?.CommitIndex ?? 0));
        Observe(meter, "skerry.raft.index.applied", "{entry}", "Up to where the state machine has taken it", () => (long)(status()?.AppliedIndex ?? 0));
        Observe(meter, "skerry.raft.log.bytes", "By", "Bytes of the entries in the log", () => status()?.LogBytes ?? 0);
    }

    public static long Now => Stopwatch.GetTimestamp();

    public void Proposed(int count) => _proposed.Add(count, _group);

    public void Refused(int count, RaftError error) => _refused.Add(count, _group, new("reason", error.ToString()));

    public void Applied(int count) => _applied.Add(count, _group);

    public void RoleChanged(RaftNodeRole role) => _elections.Add(1, _group, new("role", role.ToString()));

    public void Sent(int messages, int bytes)
    {
        _sent.Add(messages, _group);
        _sentBytes.Add(bytes, _group);
    }

    public void Unsent(int messages) => _unsent.Add(messages, _group);

    public void Received() => _received.Add(1, _group);

    public void Unreadable() => _unreadable.Add(1, _group);

    public void Snapshot(string what) => _snapshots.Add(1, _group, new("what", what));

    public void Flushed(long began, int entries)
    {
        if (_flush.Enabled) _flush.Record(Stopwatch.GetElapsedTime(began).TotalSeconds, _group);
        if (_flushed.Enabled) _flushed.Record(entries, _group);
    }

    private void Observe(Meter meter, string name, string unit, string description, Func<long> value) =>
        meter.CreateObservableGauge(name, () => new Measurement<long>(value(), _group), unit, description);
}
