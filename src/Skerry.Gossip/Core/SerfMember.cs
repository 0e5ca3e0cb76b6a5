using System.Collections.Immutable;

using Skerry.Gossip.Core.Messages;
using Skerry.Primitives;

namespace Skerry.Gossip.Core;

/// <summary>What Serf's rules hold of a member; it is remembered long after SWIM has forgotten the node.</summary>
/// <param name="name">Its name.</param>
internal sealed class SerfMember(string name)
{
    public string Name { get; } = name;

    public NodeAddress Address { get; set; }

    public ImmutableSortedDictionary<string, string> Tags { get; set; } = ImmutableSortedDictionary<string, string>.Empty;

    public ProtocolVersions Versions { get; set; }

    public uint Incarnation { get; set; }

    public MemberStatus Status { get; set; }

    /// <summary>Member clock of the last intent about it; an older one changes nothing.</summary>
    public ulong StatusTime { get; set; }

    /// <summary>When <see cref="Status"/> last changed.</summary>
    public Instant Since { get; set; }

    /// <summary>Its place among the absent; -1 when it is alive. The <see cref="Roster"/>'s own.</summary>
    public int Place { get; set; } = -1;

    public Member ToMember() => new(Name, Address.ToEndPoint(), Status, Tags, Incarnation)
    {
        Versions = [Versions[0], Versions[1], Versions[2], Versions[3], Versions[4], Versions[5]],
    };
}
