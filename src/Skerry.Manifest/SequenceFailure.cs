namespace Skerry.Manifest;

/// <summary>Why a step failed.</summary>
/// <param name="Step">Which, from 0.</param>
/// <param name="Error">Why.</param>
/// <param name="Entry">The key as the step found it; null where there was none.</param>
public readonly record struct SequenceFailure(int Step, ManifestError Error, KeyEntry? Entry);
