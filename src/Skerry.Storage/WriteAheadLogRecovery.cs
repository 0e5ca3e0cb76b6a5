namespace Skerry.Storage;

/// <summary>What was found when a log was opened.</summary>
/// <param name="Entries">Entries that are there.</param>
/// <param name="CutBytes">Bytes of a torn tail that were cut off: they had been written and never flushed, so nobody was told they were safe. 0: the log ended cleanly.</param>
/// <param name="Cut">File and offset of the cut; null when there was none.</param>
public sealed record WriteAheadLogRecovery(long Entries, int CutBytes, string? Cut);
