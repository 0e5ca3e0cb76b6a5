using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Core;

/// <summary>Ping over TCP, in case only UDP is lost; an ack goes to <see cref="GossipCore.StreamPingAnswered"/>, a failure nowhere.</summary>
/// <param name="Sequence">Of the ping.</param>
/// <param name="To">Whom.</param>
/// <param name="Node">Its name.</param>
/// <param name="Within">An answer is of no use later.</param>
internal sealed record StartStreamPing(uint Sequence, NodeAddress To, string Node, TimeSpan Within) : GossipOutput;
