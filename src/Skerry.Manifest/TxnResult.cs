namespace Skerry.Manifest;

/// <summary>A transaction was done.</summary>
public sealed class TxnResult : ManifestResult
{
    /// <summary>Whether the compares held.</summary>
    public bool Succeeded { get; init; }

    /// <summary>One answer for each operation of the branch that was done.</summary>
    public IReadOnlyList<ManifestResult> Results { get; init; } = [];
}
