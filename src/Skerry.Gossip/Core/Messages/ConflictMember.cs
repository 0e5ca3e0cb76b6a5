using System.Collections.Immutable;

namespace Skerry.Gossip.Core.Messages;

/// <summary>A member in full, as Serf writes one.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">Where it listens.</param>
/// <param name="Tags">Its tags, in ordinal order of the keys.</param>
/// <param name="Status">What it is held to be.</param>
/// <param name="Versions">What it speaks.</param>
internal sealed record ConflictMember(
    string Name,
    NodeAddress Address,
    ImmutableSortedDictionary<string, string> Tags,
    MemberStatus Status,
    ProtocolVersions Versions);
