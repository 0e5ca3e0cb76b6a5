using System.Collections.Immutable;

namespace Skerry.Gossip.Core.Messages;

/// <summary>The user events of one Lamport time.</summary>
/// <param name="LTime">On the event clock.</param>
/// <param name="Events">In the order they came.</param>
internal readonly record struct RecentEvents(ulong LTime, ImmutableArray<RecentEvent> Events);
