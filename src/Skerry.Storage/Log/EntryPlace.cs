namespace Skerry.Storage.Log;

/// <summary>Where an entry is.</summary>
/// <param name="Segment">Number of the segment.</param>
/// <param name="Offset">Offset of its record there.</param>
/// <param name="Length">Number of its bytes.</param>
internal readonly record struct EntryPlace(ulong Segment, int Offset, int Length);
