namespace Skerry.Manifest;

/// <summary>One state of an object, kept beyond compaction.</summary>
/// <param name="Revision">The revision that wrote it.</param>
/// <param name="Document">Its text; null: it was deleted.</param>
/// <param name="Note">When, where and why.</param>
public sealed record ObjectRevision(long Revision, string? Document, ObjectNote Note);
