namespace Skerry.Replication.Core;

/// <summary>A record on its way, with what the receiver cannot know of it.</summary>
/// <param name="Record">The record.</param>
/// <param name="Age">How long ago it was withdrawn; zero for one that is said. With it all nodes forget a withdrawal at the same time, however late they heard.</param>
internal readonly record struct CarriedRecord(Record Record, TimeSpan Age);
