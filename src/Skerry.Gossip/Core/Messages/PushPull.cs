using System.Collections.Immutable;

namespace Skerry.Gossip.Core.Messages;

/// <summary>The whole state of one side, exchanged over TCP: both send one.</summary>
/// <param name="Join">Whether the initiator is joining; the reply echoes it.</param>
/// <param name="Nodes">Every node known in whatever state; at most 1,048,576.</param>
/// <param name="UserState">An encoded <see cref="SerfState"/>: its type byte and its body; at most 20 MiB.</param>
internal sealed record PushPull(bool Join, ImmutableArray<PushNodeState> Nodes, ByteString UserState) : GossipMessage
{
    public override GossipMessageType Type => GossipMessageType.PushPull;
}
