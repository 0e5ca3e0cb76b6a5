namespace Skerry.Gossip.Core;

/// <summary>Something for the log and the counters; it asks for nothing.</summary>
/// <param name="What">The kind.</param>
/// <param name="Node">Whom it is about; empty: this node.</param>
/// <param name="Detail">For people.</param>
internal sealed record Noticed(Notice What, string Node, string Detail = "") : GossipOutput;
