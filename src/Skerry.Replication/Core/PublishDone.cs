namespace Skerry.Replication.Core;

/// <summary>The neighbours asked have acknowledged, or had their time.</summary>
/// <param name="Ticket">The publication.</param>
/// <param name="Acknowledged">How many did.</param>
internal sealed record PublishDone(ulong Ticket, int Acknowledged) : ReplicationOutput;
