using System.Collections.Immutable;
using System.Net;

namespace Skerry.Gossip;

/// <summary>One node of the group as this node sees it.</summary>
/// <param name="Name">Unique in the group.</param>
/// <param name="Address">Where its gossip listens (UDP and TCP).</param>
/// <param name="Status">What it is held to be.</param>
/// <param name="Tags">What it says of itself; at most 512 bytes encoded, enumerated in ordinal order of the keys.</param>
/// <param name="Incarnation">Its SWIM incarnation: only the node itself raises it.</param>
public sealed record Member(
    string Name,
    IPEndPoint Address,
    MemberStatus Status,
    ImmutableSortedDictionary<string, string> Tags,
    uint Incarnation)
{
    /// <summary>The versions the member speaks: [protocol min, max, current, delegate min, max, current].</summary>
    public ImmutableArray<byte> Versions { get; init; } = [1, 5, 2, 2, 5, 5];
}
