namespace Skerry.Replication.Core;

/// <summary>Another owner's record is new, changed, or withdrawn.</summary>
/// <param name="Record">As it is now.</param>
internal sealed record RecordChanged(Record Record) : ReplicationOutput;
