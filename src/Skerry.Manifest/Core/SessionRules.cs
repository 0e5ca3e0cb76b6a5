namespace Skerry.Manifest.Core;

/// <summary>How sessions come and go: Consul's rules, with every deadline in the log's time.</summary>
internal sealed class SessionRules(KeySpace keys, LeaseTable leases, SessionTable sessions)
{
    public ManifestResult Create(ManifestSession session, long clock)
    {
        if (!session.IsValid) return new ManifestResult { Error = ManifestError.Malformed, Revision = keys.Revision };
        if (sessions.Find(session.Id) is not null) return new ManifestResult { Error = ManifestError.SessionExists, Revision = keys.Revision };
        var made = sessions.Add(session with { CreateRevision = keys.Revision, Index = ++sessions.Index }, Deadline(session, clock));
        return new SessionResult { Session = made.Data, Revision = keys.Revision };
    }

    public ManifestResult Renew(string id, long clock)
    {
        if (sessions.Find(id) is not { } session) return new ManifestResult { Error = ManifestError.SessionNotFound, Revision = keys.Revision };
        sessions.Renew(session, Deadline(session.Data, clock));
        return new SessionResult { Session = session.Data, Revision = keys.Revision };
    }

    public ManifestResult End(EndSessionsBody body, long clock)
    {
        foreach (var id in body.Ids)
        {
            if (sessions.Find(id) is { } session && (!body.OnlyExpired || session.Deadline <= clock)) End(session, clock);
        }

        return new ManifestResult { Revision = keys.Revision };
    }

    /// <summary>Why a lock cannot be taken or let go.</summary>
    public ManifestError Check(LockOp op, long clock)
    {
        if (sessions.Find(op.Session) is null) return ManifestError.SessionNotFound;
        var holder = keys.Find(op.Key.Span)?.Head.Facts?.Session;
        if (op.IsRelease) return holder == op.Session ? ManifestError.None : ManifestError.LockNotHeld;
        if (holder is not null) return holder == op.Session ? ManifestError.None : ManifestError.LockHeld;
        return sessions.IsDelayed(op.Key, clock) ? ManifestError.LockDelayed : ManifestError.None;
    }

    public LockResult Do(LockOp op)
    {
        var before = keys.Find(op.Key.Span)?.Head;
        var facts = before?.Facts;
        var isFresh = !op.IsRelease && facts?.Session is null;
        var after = new KeyFacts(op.Flags, (facts?.LockIndex ?? 0) + (isFresh ? 1 : 0), op.IsRelease ? null : op.Session);
        var record = keys.Put(op.Key, op.Value, before?.Lease ?? 0, after);
        if (op.IsRelease) sessions.Detach(op.Session, record);
        else sessions.Attach(op.Session, record);
        return new LockResult { LockIndex = after.LockIndex };
    }

    /// <summary>All its keys in one revision, in order.</summary>
    private void End(Session session, long clock)
    {
        foreach (var record in session.KeysInOrder.ToArray())
        {
            var head = record.Head;
            if (session.Data.LockDelay > 0) sessions.Delay(record.Key, clock + session.Data.LockDelay);
            if (session.Data.Behavior == SessionBehavior.Delete)
            {
                leases.Detach(head.Lease, record);
                keys.Delete(record);
            }
            else
            {
                keys.Put(record.Key, head.Value, head.Lease, head.Facts! with { Session = null });
            }
        }

        keys.Commit();
        sessions.Remove(session);
        sessions.Index++;
    }

    private static long Deadline(ManifestSession session, long clock) => session.Ttl == 0 ? long.MaxValue : clock + (2 * session.Ttl * 1000);
}
