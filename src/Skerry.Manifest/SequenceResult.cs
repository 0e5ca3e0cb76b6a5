namespace Skerry.Manifest;

/// <summary>A sequence was done, or nothing of it was.</summary>
public sealed class SequenceResult : ManifestResult
{
    /// <summary>What steps read or wrote, in their order; a tree gives as many as it has keys, a deletion none.</summary>
    public IReadOnlyList<(SequenceVerb Verb, KeyEntry Entry)> Answers { get; init; } = [];

    /// <summary>The steps that failed: with any, nothing was changed.</summary>
    public IReadOnlyList<SequenceFailure> Failures { get; init; } = [];
}
