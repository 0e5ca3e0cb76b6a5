namespace Skerry.Manifest;

/// <summary>Compares, then does one list of operations or the other, all in one revision and nobody between.</summary>
public sealed class TxnOp : ManifestOp
{
    /// <summary>What must all hold for <see cref="Success"/>.</summary>
    public IReadOnlyList<Compare> Compares { get; init; } = [];

    /// <summary>Done when all compares hold.</summary>
    public IReadOnlyList<ManifestOp> Success { get; init; } = [];

    /// <summary>Done when one does not.</summary>
    public IReadOnlyList<ManifestOp> Failure { get; init; } = [];

    /// <inheritdoc/>
    public override bool IsWrite => Success.Any(op => op.IsWrite) || Failure.Any(op => op.IsWrite);

    /// <summary>Whether every read in it is serializable.</summary>
    public bool IsSerializable => Success.Concat(Failure).All(op => op switch
    {
        RangeOp range => range.IsSerializable,
        TxnOp txn => txn.IsSerializable,
        _ => false,
    });
}
