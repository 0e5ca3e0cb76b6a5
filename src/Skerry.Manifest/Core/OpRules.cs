namespace Skerry.Manifest.Core;

/// <summary>What can be wrong with an operation whatever the store holds. Asked where a request comes in, and again when it is applied: a log may hold anything.</summary>
internal static class OpRules
{
    public static ManifestError Check(ManifestOp op)
    {
        if (op is SequenceOp sequence) return Check(sequence);
        var error = Check(op, ManifestLimits.MaxTransactionOps);
        if (error != ManifestError.None || op is not TxnOp txn) return error;
        return HasOverlap(txn.Success, out _, out _) || HasOverlap(txn.Failure, out _, out _) ? ManifestError.DuplicateKey : ManifestError.None;
    }

    private static ManifestError Check(ManifestOp op, int budget) => op switch
    {
        RangeOp range => Check(range),
        PutOp put => Check(put),
        LockOp held => held.Key.IsEmpty ? ManifestError.EmptyKey : ManifestSession.IsShort(held.Session) ? ManifestError.None : ManifestError.SessionNotFound,
        DeleteOp delete => delete.Range.Start.IsEmpty ? ManifestError.EmptyKey : ManifestError.None,
        TxnOp txn => Check(txn, budget),
        _ => ManifestError.Malformed,
    };

    private static ManifestError Check(SequenceOp op)
    {
        if (op.Steps.Count > ManifestLimits.MaxTransactionOps) return ManifestError.TooManyOps;
        foreach (var step in op.Steps)
        {
            if (step.Verb is < SequenceVerb.Set or > SequenceVerb.DeleteCas) return ManifestError.Malformed;
            if (step.Key.IsEmpty && step.Verb is not (SequenceVerb.GetTree or SequenceVerb.DeleteTree)) return ManifestError.EmptyKey;
            if (!ManifestSession.IsShort(step.Session)) return ManifestError.SessionNotFound;
        }

        return ManifestError.None;
    }

    private static ManifestError Check(RangeOp op)
    {
        if (op.Range.Start.IsEmpty) return ManifestError.EmptyKey;
        return op.Order is < SortOrder.None or > SortOrder.Descending || op.Target is < SortTarget.Key or > SortTarget.Value
            ? ManifestError.InvalidSort : ManifestError.None;
    }

    private static ManifestError Check(PutOp op)
    {
        if (op.Key.IsEmpty) return ManifestError.EmptyKey;
        if (op is { KeepsValue: true, Value.IsEmpty: false }) return ManifestError.ValueProvided;
        return op is { KeepsLease: true, Lease: not 0 } ? ManifestError.LeaseProvided : ManifestError.None;
    }

    /// <summary>A level's longest list counts, and what is nested has to do with the rest.</summary>
    private static ManifestError Check(TxnOp txn, int budget)
    {
        var count = Math.Max(txn.Compares.Count, Math.Max(txn.Success.Count, txn.Failure.Count));
        if (count > budget) return ManifestError.TooManyOps;
        foreach (var compare in txn.Compares)
        {
            if (compare.Range.Start.IsEmpty) return ManifestError.EmptyKey;
        }

        foreach (var op in txn.Success.Concat(txn.Failure))
        {
            if (Check(op, budget - count) is var error and not ManifestError.None) return error;
        }

        return ManifestError.None;
    }

    /// <summary>
    /// Whether a list of operations writes a key twice: two puts, or a put within what is deleted. Of a nested transaction only one branch is done, so that its branches may
    /// both write a key.
    /// </summary>
    private static bool HasOverlap(IReadOnlyList<ManifestOp> ops, out HashSet<ReadOnlyMemory<byte>> puts, out RangeUnion deletes)
    {
        puts = new HashSet<ReadOnlyMemory<byte>>(KeyComparer.Instance);
        deletes = new RangeUnion();
        foreach (var delete in ops.OfType<DeleteOp>()) deletes.Add(delete.Range);
        foreach (var txn in ops.OfType<TxnOp>())
        {
            if (HasOverlap(txn.Success, out var onSuccess, out var deletedOnSuccess) || HasOverlap(txn.Failure, out var onFailure, out var deletedOnFailure)) return true;
            onSuccess.UnionWith(onFailure);
            foreach (var key in onSuccess)
            {
                if (!puts.Add(key) || deletes.Contains(key.Span)) return true;
            }

            deletes.Add(deletedOnSuccess);
            deletes.Add(deletedOnFailure);
        }

        foreach (var op in ops)
        {
            var key = op is PutOp put ? put.Key : op is LockOp held ? held.Key : default;
            if (!key.IsEmpty && (!puts.Add(key) || deletes.Contains(key.Span))) return true;
        }

        return false;
    }
}
