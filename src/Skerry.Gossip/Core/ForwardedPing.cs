using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Core;

/// <summary>A ping sent on another's behalf.</summary>
/// <param name="Requester">Where its answer goes.</param>
/// <param name="Sequence">What the requester calls it.</param>
/// <param name="Nack">Whether silence is to be reported.</param>
internal readonly record struct ForwardedPing(NodeAddress Requester, uint Sequence, bool Nack);
