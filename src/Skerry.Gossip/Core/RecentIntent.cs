using Skerry.Primitives;

namespace Skerry.Gossip.Core;

/// <summary>An intent about a node not known yet: its message may come before the node itself.</summary>
/// <param name="IsLeave">Or a join.</param>
/// <param name="Time">On the member clock.</param>
/// <param name="Heard">When it came.</param>
internal readonly record struct RecentIntent(bool IsLeave, ulong Time, Instant Heard);
