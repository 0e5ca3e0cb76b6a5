namespace Skerry.Manifest;

/// <summary>
/// The part of the key space that Skerry keeps for itself: gateway objects, tokens. Clients read it as any other key; every door refuses their writes to it, since what is
/// there has been validated before it was written.
/// </summary>
public static class ReservedKeys
{
    /// <summary>What the reserved keys begin with.</summary>
    public static ReadOnlySpan<byte> Prefix => "_skerry/"u8;

    /// <summary>The first key after them.</summary>
    private static ReadOnlySpan<byte> After => "_skerry0"u8;

    /// <summary>Whether a key is reserved.</summary>
    public static bool IsReserved(ReadOnlySpan<byte> key) => key.StartsWith(Prefix);

    /// <summary>Whether a range has room for a reserved key, be one there now or not.</summary>
    public static bool IsReserved(in KeyRange range)
    {
        if (range.IsPoint) return IsReserved(range.Start.Span);
        return range.Start.Span.SequenceCompareTo(After) < 0 && (range.IsOpen || range.End.Span.SequenceCompareTo(Prefix) > 0);
    }

    /// <summary>Whether an operation, or one within it in either branch, would write a reserved key or delete a range that has room for one.</summary>
    public static bool IsWrittenBy(ManifestOp op) => op switch
    {
        PutOp put => IsReserved(put.Key.Span),
        LockOp held => IsReserved(held.Key.Span),
        DeleteOp delete => IsReserved(delete.Range),
        SequenceOp sequence => sequence.Steps.Any(step => step.IsWrite && (step.Verb == SequenceVerb.DeleteTree ? IsReserved(KeyRange.Prefix(step.Key.Span)) : IsReserved(step.Key.Span))),
        TxnOp txn => txn.Success.Any(IsWrittenBy) || txn.Failure.Any(IsWrittenBy),
        _ => false,
    };
}
