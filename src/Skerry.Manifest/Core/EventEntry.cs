namespace Skerry.Manifest.Core;

/// <summary>One change of one key, as the event log keeps it.</summary>
internal readonly record struct EventEntry(KeyRecord Record, KeyVersion Version);
