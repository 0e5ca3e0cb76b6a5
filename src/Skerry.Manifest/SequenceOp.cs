namespace Skerry.Manifest;

/// <summary>
/// Steps that each see what those before them did, all in one revision, or none of them: Consul's transaction. Within the revision a key changes once, to what the last step makes of it.
/// </summary>
public sealed class SequenceOp : ManifestOp
{
    /// <summary>The steps, at most <see cref="ManifestLimits.MaxTransactionOps"/>.</summary>
    public required IReadOnlyList<SequenceStep> Steps { get; init; }

    /// <summary>Whether this node's state will do, where the steps only read.</summary>
    public bool IsSerializable { get; init; }

    /// <inheritdoc/>
    public override bool IsWrite => Steps.Any(step => step.IsWrite);
}
