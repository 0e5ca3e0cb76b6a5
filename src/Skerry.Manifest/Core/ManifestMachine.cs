namespace Skerry.Manifest.Core;

/// <summary>
/// The state machine of a group. The same commands in the same order give the same state and the same answers on every machine; no command fails in a way
/// that is not an answer. It has one writer; <see cref="KeySpace.View"/> is for readers on other threads, everything else is for the writer's.
/// </summary>
internal sealed class ManifestMachine
{
    private SessionRules _sessions;
    private OpRunner _runner;

    public ManifestMachine()
    {
        _sessions = new SessionRules(Keys, Leases, Sessions);
        _runner = new OpRunner(Keys, Leases, Sessions, _sessions);
    }

    /// <summary>Reads a whole state from its parts; null: it is none.</summary>
    public Func<StagedRestore, ManifestMachine?> ReadState { get; set; } = static _ => null;

    public KeySpace Keys { get; private set; } = new();

    public LeaseTable Leases { get; private set; } = new();

    public SessionTable Sessions { get; private set; } = new();

    /// <summary>What has come of a state that is to take the place of this one; null: nothing.</summary>
    public StagedRestore? Staged { get; set; }

    public RequestHistory Requests { get; } = new();

    /// <summary>Alarms that stand, by member and kind.</summary>
    public SortedSet<ManifestAlarm> Alarms { get; } = new(Comparer<ManifestAlarm>.Create(static (a, b) => (a.Member, a.Kind).CompareTo((b.Member, b.Kind))));

    /// <summary>The log's time: the newest stamp, in milliseconds.</summary>
    public long Clock { get; set; }

    /// <summary>When the next lease or session ends; null where none does.</summary>
    public long? NextDeadline => Leases.NextDeadline is { } lease && Sessions.NextDeadline is { } session ? Math.Min(lease, session) : Leases.NextDeadline ?? Sessions.NextDeadline;

    /// <summary>The hash of the whole state: equal on replicas that applied the same commands.</summary>
    public ulong Hash
    {
        get
        {
            var hash = StateHash.Mix(Keys.LiveHash, Keys.HistoryHash);
            hash = StateHash.Mix(StateHash.Mix(hash, Keys.Revision), Keys.Compacted);
            hash = StateHash.Mix(StateHash.Mix(hash, Clock), Leases.Hash);
            hash = StateHash.Mix(hash, Requests.Hash);
            hash = StateHash.Mix(StateHash.Mix(hash, Sessions.Hash), Sessions.Index);
            foreach (var alarm in Alarms) hash = StateHash.Mix(StateHash.Mix(hash, alarm.Member), (long)alarm.Kind);
            return Staged is null ? hash : StateHash.Mix(hash, Staged.Hash);
        }
    }

    public ManifestResult Apply(in Command command)
    {
        Clock = Math.Max(Clock, command.Stamp);
        Sessions.Forget(Clock);
        if (Staged is { } staged && Clock - staged.Touched > StagedRestore.Patience) Staged = null;
        if (Requests.IsKnown(command.Request, out var outcome)) return Repeated(outcome);
        var result = Do(command.Body);
        Requests.Add(command.Request, RequestOutcome.Of(result));
        return result;
    }

    /// <summary>The outcome of a request that was applied, if it is remembered.</summary>
    public ManifestResult? Remembered(in RequestId request) => Requests.IsKnown(request, out var outcome) ? Repeated(outcome) : null;

    private static ManifestResult Repeated(RequestOutcome outcome) => new TxnResult
    {
        Error = outcome.Error,
        Revision = outcome.Revision,
        Succeeded = outcome.Succeeded,
        IsRepeated = true,
    };

    private ManifestResult Do(object body) => body switch
    {
        ManifestOp op when IsFull && Adds(op) => Refused(ManifestError.NoSpace),
        ManifestOp op => _runner.Run(op, Clock),
        SessionBody session => IsFull ? Refused(ManifestError.NoSpace) : _sessions.Create(session.Session, Clock),
        RenewSessionBody renew => _sessions.Renew(renew.Id, Clock),
        EndSessionsBody end => _sessions.End(end, Clock),
        RenewBody renew => Renew(renew),
        GrantBody grant => Grant(grant),
        RevokeBody revoke => Leases.Find(revoke.Id) is { } lease ? Revoke(lease) : Refused(ManifestError.LeaseNotFound),
        ExpireBody expire => Expire(expire),
        CompactBody compact => Compact(compact),
        AlarmBody alarm => Alarm(alarm),
        RestorePartBody part => Restore(part),
        _ => Refused(ManifestError.Malformed),
    };

    /// <summary>Whether space has run out for what adds to it. A transaction counts by its puts, as etcd has it.</summary>
    private bool IsFull => Alarms.Count > 0 && Alarms.Any(alarm => alarm.Kind == AlarmKind.NoSpace);

    private static bool Adds(ManifestOp op) => op switch
    {
        PutOp or LockOp => true,
        TxnOp txn => txn.Success.Concat(txn.Failure).Any(Adds),
        SequenceOp sequence => sequence.Steps.Any(step => step.Verb is SequenceVerb.Set or SequenceVerb.Cas or SequenceVerb.Lock),
        _ => false,
    };

    private ManifestResult Refused(ManifestError error) => new() { Error = error, Revision = Keys.Revision };

    private ManifestResult Grant(GrantBody grant)
    {
        if (grant.Seconds > ManifestLimits.MaxLeaseSeconds) return Refused(ManifestError.LeaseTtlTooLarge);
        if (grant.Id == 0) return Refused(ManifestError.LeaseNotFound);
        if (IsFull) return Refused(ManifestError.NoSpace);
        if (Leases.Find(grant.Id) is not null) return Refused(ManifestError.LeaseExists);
        var seconds = Math.Max(1, grant.Seconds);
        Leases.Add(grant.Id, seconds, Clock + (seconds * 1000));
        return new LeaseResult { Id = grant.Id, Ttl = seconds, GrantedTtl = seconds, Revision = Keys.Revision };
    }

    private ManifestResult Renew(RenewBody renew)
    {
        foreach (var id in renew.Ids)
        {
            if (Leases.Find(id) is { } lease) Leases.Renew(lease, Clock + (lease.Seconds * 1000));
        }

        return new ManifestResult { Revision = Keys.Revision };
    }

    private ManifestResult Expire(ExpireBody expire)
    {
        foreach (var id in expire.Ids)
        {
            if (Leases.Find(id) is { } lease && lease.Deadline <= Clock) Revoke(lease);
        }

        return new ManifestResult { Revision = Keys.Revision };
    }

    /// <summary>The keys of one lease go in one revision, in order.</summary>
    private ManifestResult Revoke(Lease lease)
    {
        foreach (var record in lease.KeysInOrder.ToArray())
        {
            Sessions.Detach(record.Head.Facts?.Session, record);
            Keys.Delete(record);
        }

        Keys.Commit();
        Leases.Remove(lease);
        return new ManifestResult { Revision = Keys.Revision };
    }

    private ManifestResult Compact(CompactBody compact)
    {
        if (compact.Revision <= Keys.Compacted) return Refused(ManifestError.Compacted);
        if (compact.Revision > Keys.Revision) return Refused(ManifestError.FutureRevision);
        Keys.Compact(compact.Revision);
        return new ManifestResult { Revision = Keys.Revision };
    }

    private ManifestResult Restore(RestorePartBody part)
    {
        if (part.Offset == 0) Staged = StagedRestore.Begin(part.Id, Clock);
        if (Staged is not { } staged || staged.Id != part.Id || staged.Length != part.Offset) return Refused(ManifestError.RestoreInterrupted);
        Staged = part is { Bytes.IsEmpty: true, IsLast: false } ? null : staged.Add(part.Bytes, Clock);
        if (!part.IsLast) return new ManifestResult { Revision = Keys.Revision };
        var whole = Staged!;
        Staged = null;
        if (ReadState(whole) is not { } state) return Refused(ManifestError.SnapshotDamaged);
        Adopt(state);
        return new ManifestResult { Revision = Keys.Revision };
    }

    /// <summary>
    /// Another state takes the place of this one. What belongs to the log and not to what it is about goes on: its time, and which requests were applied. Revisions never go back, and those
    /// before are compacted, so that no client takes one for another and every watcher looks anew; what had time left has as much left.
    /// </summary>
    private void Adopt(ManifestMachine state)
    {
        // A watcher that was told all until now has missed the one between.
        state.Keys.Leap(Math.Max(Keys.Revision, state.Keys.Revision) + 2, Keys.HistoryHash);
        var ahead = Clock - state.Clock;
        foreach (var lease in state.Leases.InOrder.ToArray()) state.Leases.Renew(lease, lease.Deadline + ahead);
        foreach (var session in state.Sessions.InOrder.ToArray()) state.Sessions.Renew(session, session.Deadline + ahead);
        state.Sessions.MoveDelays(ahead);
        state.Sessions.Index = Math.Max(Sessions.Index, state.Sessions.Index) + 1;
        (Keys, Leases, Sessions) = (state.Keys, state.Leases, state.Sessions);
        Alarms.Clear();
        _sessions = new SessionRules(Keys, Leases, Sessions);
        _runner = new OpRunner(Keys, Leases, Sessions, _sessions);
    }

    private ManifestResult Alarm(AlarmBody body)
    {
        var (member, kind) = (body.Alarm.Member, body.Alarm.Kind);
        if (body.IsRaised && kind != AlarmKind.None) Alarms.Add(body.Alarm);
        else Alarms.RemoveWhere(alarm => (member == 0 || alarm.Member == member) && (kind == AlarmKind.None || alarm.Kind == kind));
        return new ManifestResult { Revision = Keys.Revision };
    }
}
