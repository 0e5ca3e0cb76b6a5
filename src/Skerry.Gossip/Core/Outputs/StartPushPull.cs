using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Core;

/// <summary>Exchange the whole state over TCP: send <see cref="GossipCore.LocalState"/>, give the answer to <see cref="GossipCore.Merge"/>.</summary>
/// <param name="To">With whom.</param>
/// <param name="Node">Its name.</param>
/// <param name="Join">Whether this is an attempt to join.</param>
internal sealed record StartPushPull(NodeAddress To, string Node, bool Join) : GossipOutput;
