using System.Collections.Immutable;
using System.Diagnostics.Metrics;

using Microsoft.Extensions.Logging;

using Skerry.Primitives;
using Skerry.Replication;

namespace Skerry.Catalog.Sites;

/// <summary>
/// A node's part in the exchange between groups. While it is one of its group's bridges it tells the others' what its group exports, and its group what
/// they tell. Changes are gathered for a moment, so that a burst of them is told once. All state is under the catalog's lock.
/// </summary>
internal sealed class SiteBridge : IAsyncDisposable
{
    /// <summary>Changes that come within this are told together.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(10);

    /// <summary>So many beats fit in the time after which a silent bridge is missed: two may be lost or late.</summary>
    private const int Beats = 3;

    private readonly CatalogOptions _options;
    private readonly WideLink _link;
    private readonly Lock _gate;
    private readonly MonotonicClock _clock;
    private readonly CatalogMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Replicator _wide;
    private readonly WideView _view;
    private readonly SiteExport _export;
    private readonly SaidRecords _exported = new();
    private readonly SaidRecords _told = new();
    private readonly ITimer _timer;
    private Instant _wakeAt = Instant.Never;
    private Instant _speaksFrom = Instant.Never;
    private Instant _sweepAt = Instant.Never;
    private Instant _stepAt = Instant.Never;
    private Instant _lostAt = Instant.Never;
    private Instant _beatAt = Instant.Never;
    private IReadOnlyList<string> _peers = [];
    private int _leftOut;
    private bool _isSpeaking;
    private bool _isStopped;

    /// <param name="options">This node.</param>
    /// <param name="transport">How other bridges are reached.</param>
    /// <param name="gate">The catalog's lock.</param>
    /// <param name="time">Clock and timer.</param>
    /// <param name="loggers">For the log of the exchange.</param>
    /// <param name="meters">For its counters.</param>
    /// <param name="metrics">Counts what is refused.</param>
    /// <param name="logger">For what is refused.</param>
    public SiteBridge(
        CatalogOptions options, IReplicationTransport transport, Lock gate, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters, CatalogMetrics metrics, ILogger logger)
    {
        _options = options;
        _gate = gate;
        _clock = new MonotonicClock(time);
        _link = new WideLink(transport, options.NodeName, options.GroupUnreachableAfter, _clock) { Found = PeersChanged };
        _metrics = metrics;
        _logger = logger;
        _view = new WideView(options.Group, options.GroupUnreachableAfter);
        _export = new SiteExport(options.NodeName, options.Group);
        _wide = new Replicator(options.NodeName, _link, Hear, time, loggers, meters, pace: ReplicationPace.Wide);
        _timer = time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The newest snapshot.</summary>
    public required Func<CatalogSnapshot> Current { get; init; }

    /// <summary>Tells this node's group. Called under the lock.</summary>
    public required Action<IReadOnlyCollection<RecordChange>> Tell { get; init; }

    /// <summary>How many records this node says to its group, those told here included. Called under the lock.</summary>
    public required Func<int> CountSaid { get; init; }

    /// <summary>
    /// Begins. A node that has just come learns its own group first: it speaks to others, and listens, only after the time in which a group would be missed,
    /// else they would take its first sight for the whole.
    /// </summary>
    public void Start()
    {
        lock (_gate)
        {
            _speaksFrom = _clock.Now + _options.GroupUnreachableAfter;
            _sweepAt = _speaksFrom + SweepInterval;
            (_stepAt, _beatAt) = (_speaksFrom, _speaksFrom);
            Arm();
        }
    }

    /// <summary>The group's view changed. Called under the lock.</summary>
    public void Touch()
    {
        _stepAt = Instant.Min(_stepAt, _clock.Now + Settle);
        Arm();
    }

    /// <summary>The connected bridges changed.</summary>
    public void PeersChanged()
    {
        _wide.PeersChanged();
        lock (_gate)
        {
            SetPeers();
            // Whoever is connected now need not wait for the next second.
            _beatAt = Instant.Min(_beatAt, _clock.Now);
            Touch();
        }
    }

    /// <summary>This node wants to say so much more to its group: what it tells of others gives way. Called under the lock.</summary>
    public void MakeRoom(int more)
    {
        var excess = CountSaid() + more - Record.MaxPerOwner;
        if (excess <= 0 || _told.Count == 0) return;
        Tell(_told.Shed(excess));
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate) _isStopped = true;
        await _timer.DisposeAsync();
        await _wide.DisposeAsync();
    }

    private void SetPeers()
    {
        _peers = _link.Peers;
        foreach (var peer in _peers) _wide.Revive(peer);
        _view.SetPeers(_peers, _clock.Now);
    }

    /// <summary>Other bridges' word.</summary>
    private void Hear(ImmutableArray<Record> records)
    {
        lock (_gate)
        {
            foreach (var record in records) Take(record);
            Touch();
        }
    }

    private void Take(Record record)
    {
        if (_wide.IsForgotten(record.Owner)) return;
        if (_view.TryApply(record, IsOwnNode(record.Owner), _clock.Now)) return;
        _metrics.RecordRefused();
        CatalogLog.RecordRefused(_logger, record.Kind, record.Id, record.Owner);
        if (_view.IsFullFor(record.Owner)) _wide.Forget(record.Owner);
    }

    /// <summary>A node that failed here may have moved to another site: it is of that then.</summary>
    private bool IsOwnNode(string name) => Current().Nodes.TryGetValue(name, out var node) && node.Alive;

    private void OnTimer()
    {
        lock (_gate)
        {
            _wakeAt = Instant.Never;
            if (_isStopped) return;
            var now = _clock.Now;
            if (now >= _speaksFrom)
            {
                if (now >= _beatAt) Beat(now);
                if (now >= Instant.Min(Instant.Min(_stepAt, _lostAt), _sweepAt)) Step(now);
            }

            Arm();
        }
    }

    /// <summary>Tells the others that this bridge is there, and looks who is still heard.</summary>
    private void Beat(Instant now)
    {
        _beatAt = now + (_options.GroupUnreachableAfter / Beats);
        if (Current().Bridges.ContainsKey(_options.NodeName)) _link.Beat();
        if (_link.Peers.SequenceEqual(_peers)) return;
        SetPeers();
        _wide.PeersChanged();
        _stepAt = now;
    }

    private void Step(Instant now)
    {
        _stepAt = Instant.Never;
        var isFirst = !_isSpeaking;
        if (isFirst)
        {
            _isSpeaking = true;
            SetPeers();
        }

        var snapshot = Current();
        var isBridge = snapshot.Bridges.ContainsKey(_options.NodeName);
        Publish(_exported.Become(isBridge ? _export.Of(snapshot) : []), Export);
        // What was said before the start takes the place of what others remember of an earlier life.
        if (isFirst) _wide.Start();
        _lostAt = _view.NextDeadline(now);
        TellGroup(isBridge, now);
        if (now >= _sweepAt) Sweep(now);
    }

    private void TellGroup(bool isBridge, Instant now)
    {
        var leftOut = isBridge ? _export.LeftOut : 0;
        List<RecordChange> wanted = [];
        if (isBridge)
        {
            var room = Math.Min(SiteBounds.MaxTold, Record.MaxPerOwner - (CountSaid() - _told.Count));
            wanted = _view.Told(IsOwnNode, room, now, out var untold);
            leftOut += untold;
        }

        Publish(_told.Become(wanted), Tell);
        if (leftOut > _leftOut) CatalogLog.SitesLeftOut(_logger, leftOut);
        _leftOut = leftOut;
    }

    private void Sweep(Instant now)
    {
        foreach (var owner in _view.DropLost(now)) _wide.Forget(owner);
        _sweepAt = now + SweepInterval;
    }

    private void Export(IReadOnlyCollection<RecordChange> changes) => _ = _wide.PublishAsync(changes, CancellationToken.None);

    /// <summary>Withdrawals first: they make room for what is said.</summary>
    private static void Publish((IReadOnlyList<RecordChange> Withdrawn, IReadOnlyList<RecordChange> Said) changes, Action<IReadOnlyCollection<RecordChange>> publish)
    {
        if (changes.Withdrawn.Count > 0) publish(changes.Withdrawn);
        if (changes.Said.Count > 0) publish(changes.Said);
    }

    private void Arm()
    {
        var at = Instant.Max(_speaksFrom, Instant.Min(Instant.Min(_stepAt, _lostAt), Instant.Min(_beatAt, _sweepAt)));
        if (_isStopped || at >= _wakeAt) return;
        _wakeAt = at;
        // Timers count whole milliseconds: rounded up, a wake-up is never before its deadline.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(0, (at - _clock.Now).TotalMilliseconds))), Timeout.InfiniteTimeSpan);
    }
}
