namespace Skerry.Manifest;

/// <summary>A change of a key.</summary>
/// <param name="IsDeletion">Whether the key went.</param>
/// <param name="Entry">The key after it; of a deletion the name and the revision alone.</param>
/// <param name="Previous">What was there before, where it was asked for and is kept.</param>
public readonly record struct WatchEvent(bool IsDeletion, KeyEntry Entry, KeyEntry? Previous);
