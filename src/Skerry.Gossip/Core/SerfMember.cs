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

    /// <summary>When it failed, left, or said that it would leave.</summary>
    public Instant GoneSince { get; set; }

    public Member ToMember() => new(Name, Address.ToEndPoint(), Status, Tags, Incarnation)
    {
        Versions = [Versions[0], Versions[1], Versions[2], Versions[3], Versions[4], Versions[5]],
    };
}
