using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Core;

/// <summary>A member asks to change or list the keys: do it, then answer with <see cref="GossipCore.AnswerKeyOperation"/>.</summary>
/// <param name="Query">The query it came with.</param>
/// <param name="Key">The key meant; empty for a listing.</param>
internal sealed record KeyOperation(Query Query, ByteString Key) : GossipOutput;
