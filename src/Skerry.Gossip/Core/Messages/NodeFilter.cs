using System.Collections.Immutable;

namespace Skerry.Gossip.Core.Messages;

/// <summary>Passes the nodes it names.</summary>
/// <param name="Nodes">Names.</param>
internal sealed record NodeFilter(ImmutableArray<string> Nodes) : QueryFilter;
