using System.Collections.Immutable;

using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Core;

/// <summary>Send one UDP packet.</summary>
/// <param name="To">Where.</param>
/// <param name="Parts">Encoded messages, at most 127; one goes bare, several as a compound.</param>
/// <param name="Checksum">Whether the receiver is known to understand a CRC.</param>
internal sealed record SendPacket(NodeAddress To, ImmutableArray<ReadOnlyMemory<byte>> Parts, bool Checksum) : GossipOutput;
