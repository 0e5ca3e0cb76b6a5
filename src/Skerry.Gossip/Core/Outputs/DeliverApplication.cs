using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Core;

/// <summary>An application message has arrived.</summary>
/// <param name="From">Where it came from.</param>
/// <param name="Payload">Its bytes.</param>
internal sealed record DeliverApplication(NodeAddress From, ReadOnlyMemory<byte> Payload) : GossipOutput;
