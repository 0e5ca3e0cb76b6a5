using System.Collections.Immutable;

namespace Skerry.Gossip.Core.Messages;

/// <summary>Serf's share of a push/pull.</summary>
/// <param name="LTime">The member clock.</param>
/// <param name="StatusTimes">The member clock of each member's last change of status, in ordinal order of the names.</param>
/// <param name="LeftMembers">Those that left, in the sender's order.</param>
/// <param name="EventLTime">The event clock.</param>
/// <param name="Events">The recent events; slots without any are left out.</param>
/// <param name="QueryLTime">The query clock.</param>
internal sealed record SerfState(
    ulong LTime,
    ImmutableArray<StatusTime> StatusTimes,
    ImmutableArray<string> LeftMembers,
    ulong EventLTime,
    ImmutableArray<RecentEvents> Events,
    ulong QueryLTime) : SerfMessage
{
    public override SerfMessageType Type => SerfMessageType.PushPull;

    /// <summary>The status time of a member, 0 when it is not listed; by binary search.</summary>
    public ulong StatusTimeOf(string node)
    {
        var (low, high) = (0, StatusTimes.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = string.CompareOrdinal(StatusTimes[middle].Node, node);
            if (order == 0) return StatusTimes[middle].LTime;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        return 0;
    }
}
