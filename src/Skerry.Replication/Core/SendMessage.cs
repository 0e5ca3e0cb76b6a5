namespace Skerry.Replication.Core;

/// <summary>Send a message to a peer: as a datagram where it fits, else by stream. Either may be lost.</summary>
/// <param name="To">The peer.</param>
/// <param name="Message">What.</param>
internal sealed record SendMessage(string To, ReplicationMessage Message) : ReplicationOutput;
