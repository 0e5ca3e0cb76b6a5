namespace Skerry.Manifest.Core;

/// <summary>Does operations on the key space. A transaction is decided and checked whole on the state before it; then nothing in it can fail.</summary>
internal sealed class OpRunner(KeySpace keys, LeaseTable leases, SessionTable sessions, SessionRules rules)
{
    /// <summary>Does a put, a deletion or a transaction, as one revision.</summary>
    public ManifestResult Run(ManifestOp op, long clock)
    {
        if (OpRules.Check(op) is var refused and not ManifestError.None) return new ManifestResult { Error = refused, Revision = keys.Revision };
        if (op is SequenceOp sequence) return Run(sequence, clock);
        var branches = new Queue<bool>();
        if (op is TxnOp txn) Decide(keys.Root, keys.Revision, txn, branches);
        if (Check(op, new Queue<bool>(branches), clock) is var unfit and not ManifestError.None) return new ManifestResult { Error = unfit, Revision = keys.Revision };
        var result = Do(op, branches);
        keys.Commit();
        result.Revision = keys.Revision;
        return result;
    }

    /// <summary>Answers a sequence that changes nothing from a view.</summary>
    public static SequenceResult Read(KeySpaceView view, SequenceOp op)
    {
        var run = new SequenceRun(new KeyDraft(view.Root, view.Revision), null, 0);
        run.Do(op);
        return run.Result(view.Revision);
    }

    /// <summary>Answers a transaction that changes nothing from a view.</summary>
    public static ManifestResult Read(KeySpaceView view, TxnOp txn)
    {
        if (OpRules.Check(txn) is var refused and not ManifestError.None) return new ManifestResult { Error = refused, Revision = view.Revision };
        var branches = new Queue<bool>();
        Decide(view.Root, view.Revision, txn, branches);
        return Read(view, txn, branches);
    }

    private static ManifestResult Read(KeySpaceView view, TxnOp txn, Queue<bool> branches)
    {
        var succeeded = branches.Dequeue();
        var results = new List<ManifestResult>();
        foreach (var op in succeeded ? txn.Success : txn.Failure)
        {
            var result = op switch
            {
                RangeOp range when RangeReader.Check(range.Revision, view.Revision, view.Compacted) is var error and not ManifestError.None => new ManifestResult { Error = error },
                RangeOp range => RangeReader.Read(view.Root, view.Revision, view.Compacted, range),
                TxnOp nested => Read(view, nested, branches),
                _ => new ManifestResult { Error = ManifestError.Malformed },
            };
            if (!result.IsDone) return new ManifestResult { Error = result.Error, Revision = view.Revision };
            results.Add(result);
        }

        return new TxnResult { Succeeded = succeeded, Results = results, Revision = view.Revision };
    }

    /// <summary>Which branch of it and of those nested in that branch is done, in the order they are met.</summary>
    private static void Decide(KeyNode root, long revision, TxnOp txn, Queue<bool> branches)
    {
        var holds = true;
        foreach (var compare in txn.Compares)
        {
            holds = Holds(root, revision, compare);
            if (!holds) break;
        }

        branches.Enqueue(holds);
        foreach (var op in holds ? txn.Success : txn.Failure)
        {
            if (op is TxnOp nested) Decide(root, revision, nested, branches);
        }
    }

    private static bool Holds(KeyNode root, long revision, Compare compare)
    {
        var check = new CompareVisitor(compare, revision);
        KeyTree.Visit(root, compare.Range, ref check);
        if (check.Failed) return false;
        return check.Met || (compare.Target != CompareTarget.Value && CompareVisitor.Holds(compare, null));
    }

    /// <summary>Done on a draft first: one step that fails leaves everything as it was.</summary>
    private SequenceResult Run(SequenceOp op, long clock)
    {
        var draft = new KeyDraft(keys.Root, keys.Revision);
        var run = new SequenceRun(draft, sessions, clock);
        run.Do(op);
        if (run.HasFailed) return run.Result(keys.Revision);
        foreach (var (key, entry) in draft.Changed) Settle(key, entry);
        keys.Commit();
        return run.Result(keys.Revision);
    }

    /// <summary>Brings a key to what a draft has of it.</summary>
    private void Settle(ReadOnlyMemory<byte> key, KeyEntry? entry)
    {
        var record = keys.Find(key.Span);
        var old = record?.Head is { IsDeletion: false } live ? live : null;
        if (old is null && entry is null) return;
        if (old is not null && (entry is not { } kept || kept.Lease != old.Lease)) leases.Detach(old.Lease, record!);
        if (old is not null && entry?.Facts?.Session != old.Facts?.Session) sessions.Detach(old.Facts?.Session, record!);
        if (entry is not { } wanted)
        {
            keys.Delete(record!);
            return;
        }

        record = keys.Put(key, wanted.Value, wanted.Lease, wanted.Facts);
        sessions.Attach(wanted.Facts?.Session, record);
    }

    private ManifestError Check(ManifestOp op, Queue<bool> branches, long clock)
    {
        switch (op)
        {
            case RangeOp range:
                return range.Revision == 0 ? ManifestError.None
                    : range.Revision < 0 ? ManifestError.Compacted : RangeReader.Check(range.Revision, keys.Revision, keys.Compacted);
            case PutOp put:
                if ((put.KeepsValue || put.KeepsLease) && keys.Find(put.Key.Span) is not { Head.IsDeletion: false }) return ManifestError.KeyNotFound;
                return put.Lease != 0 && leases.Find(put.Lease) is null ? ManifestError.LeaseNotFound : ManifestError.None;
            case LockOp held: return rules.Check(held, clock);
            case TxnOp txn:
                foreach (var part in branches.Dequeue() ? txn.Success : txn.Failure)
                {
                    if (Check(part, branches, clock) is var error and not ManifestError.None) return error;
                }

                return ManifestError.None;
            default:
                return ManifestError.None;
        }
    }

    private ManifestResult Do(ManifestOp op, Queue<bool> branches)
    {
        ManifestResult result = op switch
        {
            PutOp put => Put(put),
            DeleteOp delete => Delete(delete),
            LockOp held => rules.Do(held),
            RangeOp range => RangeReader.Read(keys.Root, keys.ReadRevision, keys.Compacted, range),
            _ => Do((TxnOp)op, branches),
        };
        result.Revision = keys.ReadRevision;
        return result;
    }

    private TxnResult Do(TxnOp txn, Queue<bool> branches)
    {
        var succeeded = branches.Dequeue();
        var ops = succeeded ? txn.Success : txn.Failure;
        var results = new ManifestResult[ops.Count];
        for (var i = 0; i < results.Length; i++) results[i] = Do(ops[i], branches);
        return new TxnResult { Succeeded = succeeded, Results = results };
    }

    private PutResult Put(PutOp op)
    {
        var before = keys.Find(op.Key.Span);
        var old = before?.Head is { IsDeletion: false } live ? live : null;
        KeyEntry? previous = op.WantsPrevious && old is not null ? KeyEntry.Of(before!, old) : null;
        var lease = op.KeepsLease ? old?.Lease ?? 0 : op.Lease;
        // A plain write leaves a lock as it is: locks are for those who ask.
        var facts = op.Flags is { } flags ? (old?.Facts ?? new KeyFacts(0, 0, null)) with { Flags = flags } : old?.Facts;
        var record = keys.Put(op.Key, op.KeepsValue ? old?.Value : op.Value, lease, facts);
        if ((old?.Lease ?? 0) != lease)
        {
            leases.Detach(old?.Lease ?? 0, record);
            leases.Attach(lease, record);
        }

        return new PutResult { Previous = previous };
    }

    private DeleteResult Delete(DeleteOp op)
    {
        var found = new DoomedVisitor(keys.ReadRevision, op.Range);
        KeyTree.Visit(keys.Root, op.Range, ref found);
        var previous = op.WantsPrevious ? found.Records.ConvertAll(static record => KeyEntry.Of(record, record.Head)) : [];
        foreach (var record in found.Records)
        {
            leases.Detach(record.Head.Lease, record);
            sessions.Detach(record.Head.Facts?.Session, record);
            keys.Delete(record);
        }

        return new DeleteResult { Deleted = found.Records.Count, Previous = previous };
    }

    private readonly struct DoomedVisitor(long revision, KeyRange range) : IKeyVisitor
    {
        public List<KeyRecord> Records { get; } = [];

        public bool Visit(KeyRecord record)
        {
            if (record.At(revision) is not null && ReservedKeys.IsDeletedBy(range, record.Key)) Records.Add(record);
            return true;
        }
    }
}
