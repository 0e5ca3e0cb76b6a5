namespace Skerry.Manifest;

/// <summary>
/// The part of the key space that Skerry keeps for itself: gateway objects, tokens. Clients read it as any other key; every door refuses their writes to it, since what is
/// there has been validated before it was written. A range that begins elsewhere leaves reserved keys as they are: who deletes everything means everything that is theirs.
/// </summary>
public static class ReservedKeys
{
    /// <summary>What the reserved keys begin with.</summary>
    public static ReadOnlySpan<byte> Prefix => "_skerry/"u8;

    /// <summary>Whether a key is reserved.</summary>
    public static bool IsReserved(ReadOnlySpan<byte> key) => key.StartsWith(Prefix);

    /// <summary>Whether deleting a range deletes a key in it: reserved ones go only with a range that begins among them, as Skerry's own do.</summary>
    public static bool IsDeletedBy(in KeyRange range, ReadOnlySpan<byte> key) => !IsReserved(key) || IsReserved(range.Start.Span);

    /// <summary>Whether an operation, or one within it in either branch, would write a reserved key.</summary>
    public static bool IsWrittenBy(ManifestOp op) => op switch
    {
        PutOp put => IsReserved(put.Key.Span),
        LockOp held => IsReserved(held.Key.Span),
        DeleteOp delete => IsReserved(delete.Range.Start.Span),
        SequenceOp sequence => sequence.Steps.Any(step => step.IsWrite && IsReserved(step.Key.Span)),
        TxnOp txn => txn.Success.Any(IsWrittenBy) || txn.Failure.Any(IsWrittenBy),
        _ => false,
    };
}
