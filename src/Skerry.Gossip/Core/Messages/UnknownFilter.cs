namespace Skerry.Gossip.Core.Messages;

/// <summary>A filter of a kind not known here, or malformed: it passes nobody, and the query is gossiped on all the same.</summary>
/// <param name="Encoded">As it came.</param>
internal sealed record UnknownFilter(ByteString Encoded) : QueryFilter;
