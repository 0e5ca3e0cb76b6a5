using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Core;

/// <summary>A user event is new here, this node's own ones too.</summary>
/// <param name="Event">The event.</param>
internal sealed record DeliverEvent(UserEvent Event) : GossipOutput;
