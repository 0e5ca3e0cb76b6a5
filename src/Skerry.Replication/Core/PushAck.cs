namespace Skerry.Replication.Core;

/// <summary>A push has been taken in.</summary>
/// <param name="From">By whom.</param>
/// <param name="Ticket">The push's.</param>
internal sealed record PushAck(string From, ulong Ticket) : ReplicationMessage(From);
