namespace Skerry.Manifest;

/// <summary>Deletes a key or a range.</summary>
public sealed class DeleteOp : ManifestOp
{
    /// <summary>Which keys.</summary>
    public required KeyRange Range { get; init; }

    /// <summary>Whether the answer carries what was deleted.</summary>
    public bool WantsPrevious { get; init; }

    /// <inheritdoc/>
    public override bool IsWrite => true;
}
