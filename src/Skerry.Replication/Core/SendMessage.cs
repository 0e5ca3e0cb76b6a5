namespace Skerry.Replication.Core;

/// <summary>Send a message to a peer: as a datagram where it fits and may be lost, else by stream.</summary>
/// <param name="To">The peer.</param>
/// <param name="Message">What.</param>
/// <param name="ByStream">Whether it must arrive if the peer is there.</param>
internal sealed record SendMessage(string To, ReplicationMessage Message, bool ByStream) : ReplicationOutput;
