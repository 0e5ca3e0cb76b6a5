using System.Diagnostics.Metrics;
using System.Security.Cryptography;

using Microsoft.Extensions.Logging;

using Skerry.Manifest.Core;
using Skerry.Manifest.Driver;
using Skerry.Manifest.Wire;

namespace Skerry.Manifest;

/// <summary>
/// The manifest on one node: answers requests, and is the state machine at the end of the group's log. Requests may come on any thread;
/// <see cref="Apply"/> and <see cref="Restore"/> on one at a time. Refusals are answers, never exceptions.
/// </summary>
public sealed class ManifestNode : IAsyncDisposable
{
    private readonly ManifestOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Replica _replica;
    private readonly WatchHub _hub;
    private readonly LeaseExpiry _expiry;
    private readonly Renewals _renewals;
    private readonly ManifestMetrics _metrics;
    private readonly Signal _applied = new();
    private readonly PendingRequests _pending;
    private readonly Proposals _proposals;
    private readonly SessionNews _sessions = new();
    private readonly CancellationTokenSource _stopping = new();
    private IManifestLog? _log;
    private Task _background = Task.CompletedTask;

    /// <summary>A node with an empty state; it serves from <see cref="Start"/> on.</summary>
    public ManifestNode(ManifestOptions options, TimeProvider time, IMeterFactory meters, ILoggerFactory loggers)
    {
        _options = options;
        _time = time;
        _logger = loggers.CreateLogger("Skerry.Manifest");
        _pending = new PendingRequests(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) | 1);
        _proposals = new Proposals(_pending, options.RequestTimeout, time);
        _replica = new Replica(_pending, time);
        _hub = new WatchHub(() => _replica.View);
        _renewals = new Renewals(ids => ProposeAsync(new RenewBody(ids)));
        _metrics = new ManifestMetrics(meters, this);
        Comparisons = new StateComparisons(_metrics, _logger);
        _expiry = new LeaseExpiry(this, _replica, _metrics, time, _logger);
    }

    /// <summary>How this node sees the group's log.</summary>
    public ManifestLogStatus Log => _log?.Status ?? default;

    /// <summary>The store's revision on this node.</summary>
    public long Revision => View.Revision;

    /// <summary>How it fares.</summary>
    public ManifestStatus Status
    {
        get
        {
            var status = Log;
            return _replica.Look((machine, _) => new ManifestStatus(status, machine.Keys.Revision, machine.Keys.Compacted, machine.Keys.Keys, machine.Keys.Size,
                _options.QuotaBytes, machine.Leases.Count, _hub.Count, [.. machine.Alarms], Comparisons.Newest, Comparisons.Differences));
        }
    }

    /// <summary>The hash of the whole state and the entry it stands after: replicas at the same entry must have the same.</summary>
    public (ulong Index, ulong Hash) StateHash => _replica.Look((machine, _) => (_replica.Applied, machine.Hash));

    internal StateComparisons Comparisons { get; }

    /// <summary>The newest place of the log at which replicas are compared, and this one's hash there; 0: none yet.</summary>
    internal (ulong Index, ulong Hash) NewestMark => _replica.Look((_, _) => _replica.Marks.Newest);

    internal KeySpaceView View => _replica.View;

    internal TimeProvider Time => _time;

    /// <summary>Begins to serve on a log.</summary>
    public void Start(IManifestLog log)
    {
        _log = log;
        _background = Task.WhenAll(GuardAsync(_expiry.RunAsync), GuardAsync(DispatchAsync), GuardAsync(ReportProgressAsync));
    }

    /// <summary>Reads a key or a range.</summary>
    public async ValueTask<ManifestResult> RangeAsync(RangeOp op, CancellationToken cancellation)
    {
        if (OpRules.Check(op) is var refused and not ManifestError.None) return Refused(refused);
        if (!op.IsSerializable && await BarrierAsync(cancellation) is var unproved and not ManifestError.None) return Refused(unproved);
        return ReadStable(op.Revision, view => RangeReader.Check(op.Revision, view.Revision, view.Compacted) is var error and not ManifestError.None
            ? new ManifestResult { Error = error, Revision = view.Revision }
            : RangeReader.Read(view.Root, view.Revision, view.Compacted, op));
    }

    /// <summary>Writes a key, deletes, or does a transaction. Of a transaction that only reads no entry is made.</summary>
    public async ValueTask<ManifestResult> ExecuteAsync(ManifestOp op, CancellationToken cancellation)
    {
        if (op is RangeOp range) return await RangeAsync(range, cancellation);
        if (OpRules.Check(op) is var refused and not ManifestError.None) return Refused(refused);
        if (op.IsWrite) return await ProposeAsync(op, cancellation);
        if (op is SequenceOp sequence)
        {
            if (!sequence.IsSerializable && await BarrierAsync(cancellation) is var unsure and not ManifestError.None) return Refused(unsure);
            return ReadStable(0, view => OpRunner.Read(view, sequence));
        }

        var txn = (TxnOp)op;
        if (!txn.IsSerializable && await BarrierAsync(cancellation) is var unproved and not ManifestError.None) return Refused(unproved);
        return ReadStable(0, view => OpRunner.Read(view, txn));
    }

    /// <summary>Forgets what only reads before a revision can see.</summary>
    public Task<ManifestResult> CompactAsync(long revision, CancellationToken cancellation) => ProposeAsync(new CompactBody(revision), cancellation);

    /// <summary>Grants a lease.</summary>
    /// <param name="id">Its id; 0 has one chosen.</param>
    /// <param name="seconds">Its time to live; below the least, the least.</param>
    /// <param name="cancellation">Ends the waiting; the lease may be granted all the same.</param>
    public async Task<ManifestResult> GrantAsync(long id, long seconds, CancellationToken cancellation)
    {
        if (seconds > ManifestLimits.MaxLeaseSeconds) return Refused(ManifestError.LeaseTtlTooLarge);
        while (true)
        {
            var chosen = id != 0 ? id : BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)) & long.MaxValue;
            var result = await ProposeAsync(new GrantBody(chosen, Math.Max(seconds, _options.MinLeaseSeconds)), cancellation);
            if (id != 0 || result.Error != ManifestError.LeaseExists) return result;
        }
    }

    /// <summary>Ends a lease, and its keys with it.</summary>
    public Task<ManifestResult> RevokeAsync(long id, CancellationToken cancellation) => ProposeAsync(new RevokeBody(id), cancellation);

    /// <summary>Gives a lease its whole time again. Its answer is no newer than the revision it names.</summary>
    public async Task<LeaseResult> RenewAsync(long id, CancellationToken cancellation)
    {
        var revision = View.Revision;
        var error = await _renewals.RenewAsync(id).WaitAsync(cancellation);
        var seconds = error == ManifestError.None ? _replica.Look((machine, _) => machine.Leases.Find(id)?.Seconds ?? 0) : 0;
        if (error == ManifestError.None && seconds == 0) error = ManifestError.LeaseNotFound;
        return new LeaseResult { Error = error, Id = id, Ttl = seconds, GrantedTtl = seconds, Revision = revision };
    }

    /// <summary>How long a lease still has, and on request which keys hang on it; a time of -1 where there is none.</summary>
    public async Task<LeaseResult> TimeToLiveAsync(long id, bool wantsKeys, CancellationToken cancellation)
    {
        if (await BarrierAsync(cancellation) is var unproved and not ManifestError.None) return new LeaseResult { Error = unproved, Id = id, Revision = View.Revision };
        return _replica.Look((machine, now) => machine.Leases.Find(id) is { } lease
            ? new LeaseResult
            {
                Id = id,
                Ttl = Math.Max(0, lease.Deadline - now) / 1000,
                GrantedTtl = lease.Seconds,
                Keys = wantsKeys ? [.. lease.KeysInOrder.Select(record => (ReadOnlyMemory<byte>)record.Key)] : [],
                Revision = machine.Keys.Revision,
            }
            : new LeaseResult { Id = id, Ttl = -1, Revision = machine.Keys.Revision });
    }

    /// <summary>All leases, by id.</summary>
    public async Task<(ManifestError Error, IReadOnlyList<long> Ids)> LeasesAsync(CancellationToken cancellation)
    {
        var error = await BarrierAsync(cancellation);
        return (error, error == ManifestError.None ? _replica.Look((machine, _) => machine.Leases.InOrder.Select(lease => lease.Id).ToArray()) : []);
    }

    /// <summary>Makes a session. Its id is the caller's to choose, since it must be known before an answer may be lost.</summary>
    public Task<ManifestResult> CreateSessionAsync(ManifestSession session, CancellationToken cancellation) =>
        session.IsValid ? ProposeAsync(new SessionBody(session), cancellation) : Task.FromResult(Refused(ManifestError.Malformed));

    /// <summary>Gives a session its whole time again.</summary>
    public Task<ManifestResult> RenewSessionAsync(string id, CancellationToken cancellation) =>
        ManifestSession.IsShort(id) ? ProposeAsync(new RenewSessionBody(id), cancellation) : Task.FromResult(Refused(ManifestError.SessionNotFound));

    /// <summary>Ends sessions: destroyed by a client, or because their node or a check of theirs has failed. Those that are gone do no harm.</summary>
    public Task<ManifestResult> EndSessionsAsync(IReadOnlyList<string> ids, CancellationToken cancellation) =>
        ProposeAsync(new EndSessionsBody(false, [.. ids.Where(ManifestSession.IsShort)]), cancellation);

    /// <summary>Sessions as this node knows them, by id, and how often any has changed.</summary>
    public (long Index, IReadOnlyList<ManifestSession> Sessions) Sessions => SessionNews.Sorted(_replica.Look((machine, _) => (machine.Sessions.Index, machine.Sessions.All)));

    /// <summary>A session as this node knows it; null where there is none.</summary>
    public ManifestSession? FindSession(string id) => _replica.Look((machine, _) => machine.Sessions.Find(id)?.Data);

    /// <summary>Waits until sessions have changed since they had this index.</summary>
    public Task SessionsChangedAsync(long index, CancellationToken cancellation) => _sessions.ChangedAsync(() => _replica.SessionIndex != index, cancellation);

    /// <summary>Raises an alarm, or lifts those that match.</summary>
    public Task<ManifestResult> AlarmAsync(bool isRaised, ManifestAlarm alarm, CancellationToken cancellation) => ProposeAsync(new AlarmBody(isRaised, alarm), cancellation);

    /// <summary>Watchers with one reader.</summary>
    public WatchStream Watch() => new(_hub);

    /// <summary>Completes when this node's state is no older than the call, proved with the group. Waits for a leader as long as a request may.</summary>
    public async ValueTask<ManifestError> BarrierAsync(CancellationToken cancellation)
    {
        if (_log is not { } log || _stopping.IsCancellationRequested) return ManifestError.Stopped;
        var error = await log.ReadBarrierAsync(cancellation);
        for (var began = _time.GetTimestamp(); error is ManifestError.NoLeader or ManifestError.LeaderChanged && _time.GetElapsedTime(began) < _options.RequestTimeout;)
        {
            await Task.Delay(Proposals.Pause, _time, cancellation);
            error = await log.ReadBarrierAsync(cancellation);
        }

        return error;
    }

    /// <summary>A hash of all states kept between the last compaction and a revision, equal on all replicas.</summary>
    /// <param name="revision">The revision; 0 is the newest.</param>
    public (ManifestError Error, uint Hash, long Compacted, long Revision) HashKeys(long revision)
    {
        using var snapshot = Snapshot();
        var view = snapshot.View;
        if (RangeReader.Check(revision, view.Revision, view.Compacted) is var error and not ManifestError.None) return (error, 0, view.Compacted, view.Revision);
        var at = revision > 0 ? revision : view.Revision;
        return (ManifestError.None, KeyHash.Of(view.Root, view.Compacted, at), view.Compacted, at);
    }

    /// <summary>Writes the leader's time into a command. Whoever appends calls it, on the leader, right before.</summary>
    public void Stamp(Span<byte> command) => CommandCodec.Stamp(command, NewStamp(_log?.Status.Term ?? 0));

    /// <summary>Takes the next entry of the log. Never throws: what cannot be read changes nothing, and is logged.</summary>
    public void Apply(ulong index, ReadOnlySpan<byte> command)
    {
        if (_replica.Apply(index, command, out var deadline) is null) ManifestLog.Malformed(_logger, index, command.Length);
        _metrics.Applied();
        _expiry.Look(deadline);
        _sessions.Tell(_replica.SessionIndex);
        WakeWatchers();
    }

    /// <summary>A command of this node that was handed in is not in the log to stay, or may not be: it is handed in again where that helps.</summary>
    /// <param name="command">Its bytes.</param>
    /// <param name="error">Why not.</param>
    public void Refuse(ReadOnlySpan<byte> command, ManifestError error) => Refuse(CommandCodec.Request(command).Sequence, error);

    /// <summary>The same by the command's number.</summary>
    internal void Refuse(ulong sequence, ManifestError error) => _pending.Refuse(sequence, error);

    /// <summary>The same for all that are under way.</summary>
    internal void RefuseAll(ManifestError error) => _pending.RefuseAll(error);

    /// <summary>The leader's time for commands that are about to be appended.</summary>
    internal long NewStamp(ulong term) => _replica.NewStamp(term);

    /// <summary>The state as it is now, to be written while the group goes on.</summary>
    public ManifestSnapshot Snapshot() => _replica.Snapshot();

    /// <summary>Puts a snapshot in the place of the state.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or of another format; the state is as it was.</exception>
    public void Restore(ulong index, Stream source)
    {
        _replica.Restore(index, source);
        var status = Status;
        ManifestLog.Restored(_logger, status.Revision, status.Keys, status.Leases);
        _expiry.Look(long.MinValue);
        _sessions.Tell(_replica.SessionIndex);
        WakeWatchers();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync();
        _pending.Close();
        await _background;
        _stopping.Dispose();
    }

    /// <summary>This replica's hash at a place of the log, if it is remembered.</summary>
    internal ulong? MarkAt(ulong index) => _replica.Look((_, _) => _replica.Marks.Find(index));

    /// <summary>Completes when there is a newer mark than at the last time.</summary>
    internal ValueTask<bool> MarkedAsync(CancellationToken cancellation) => _replica.Marked.WaitAsync(cancellation);

    /// <summary>Has the group do something, and waits for this node to have done it.</summary>
    internal Task<ManifestResult> ProposeAsync(object body, CancellationToken cancellation = default) => ProposeAsync(body, CancellationToken.None, cancellation);

    /// <param name="body">What.</param>
    /// <param name="deadline">Ends the wait with <see cref="ManifestError.Timeout"/>; none: as long as a request waits.</param>
    /// <param name="cancellation">Ends it with an exception.</param>
    internal async Task<ManifestResult> ProposeAsync(object body, CancellationToken deadline, CancellationToken cancellation)
    {
        if (_log is not { } log || _stopping.IsCancellationRequested) return Refused(ManifestError.Stopped);
        if (body is PutOp or LockOp or TxnOp or SequenceOp or GrantBody or SessionBody && await IsFullAsync(log)) return Refused(ManifestError.NoSpace);
        var began = _time.GetTimestamp();
        try
        {
            var (answer, error) = await _proposals.MakeAsync(log, body, deadline, cancellation);
            return answer ?? Refused(error);
        }
        finally
        {
            _metrics.Proposed(_time.GetElapsedTime(began));
        }
    }

    /// <summary>Reads from a view, again where a compaction came in between and freed some of what was read.</summary>
    private ManifestResult ReadStable(long revision, Func<KeySpaceView, ManifestResult> read)
    {
        while (true)
        {
            var view = _replica.View;
            var result = read(view);
            Interlocked.MemoryBarrier();
            var compacted = _replica.View.Compacted;
            if (compacted <= (revision > 0 ? revision : view.Revision)) return result.IsDone ? result : Refused(result.Error);
            if (revision > 0) return Refused(ManifestError.Compacted);
        }
    }

    /// <summary>Whether the state has outgrown its quota. The first to see it raises the alarm, which is what refuses writes everywhere.</summary>
    private async Task<bool> IsFullAsync(IManifestLog log)
    {
        if (_replica.Size <= _options.QuotaBytes) return false;
        var status = Status;
        var alarm = new ManifestAlarm(log.Status.Member, AlarmKind.NoSpace);
        if (!status.Alarms.Contains(alarm))
        {
            ManifestLog.OutOfSpace(_logger, status.Bytes, _options.QuotaBytes);
            await AlarmAsync(true, alarm, CancellationToken.None);
        }

        return true;
    }

    private ManifestResult Refused(ManifestError error)
    {
        _metrics.Refused(error);
        return new ManifestResult { Error = error, Revision = View.Revision };
    }

    private void WakeWatchers()
    {
        if (!_hub.IsIdle) _applied.Give();
    }

    private async Task DispatchAsync(CancellationToken stopping)
    {
        while (true)
        {
            await _applied.WaitAsync(stopping);
            _hub.Dispatch();
        }
    }

    private async Task ReportProgressAsync(CancellationToken stopping)
    {
        while (true)
        {
            var interval = _options.ProgressInterval * (1 + (RandomNumberGenerator.GetInt32(100) / 1000.0));
            await Task.Delay(interval, _time, stopping);
            _hub.ReportProgress();
        }
    }

    private async Task GuardAsync(Func<CancellationToken, Task> work)
    {
        try
        {
            await Task.Run(() => work(_stopping.Token));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // As told.
        }
        catch (Exception broken)
        {
            ManifestLog.Stopped(_logger, broken);
        }
    }
}
