using System.Collections.Immutable;

using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;
using Skerry.Primitives;

namespace Skerry.Gossip.Core;

/// <summary>What Serf's rules hold of a member, besides what SWIM holds of its node; it may be remembered when SWIM has forgotten the node.</summary>
/// <param name="node">What SWIM holds of it, or last held.</param>
internal sealed class SerfMember(SwimNode node)
{
    public SwimNode Node { get; set; } = node;

    public string Name => Node.Name;

    /// <summary>Its tags as they came, the last that could be read. They are decoded when somebody asks: tags of all members of all nodes would fill a simulation.</summary>
    public ByteString Meta { get; set; }

    public ImmutableSortedDictionary<string, string> Tags => TagsCodec.TryDecode(Meta.Span, out var tags, out _) ? tags : TagsCodec.NoTags;

    public MemberStatus Status { get; set; } = MemberStatus.Alive;

    /// <summary>Member clock of the last intent about it; an older one changes nothing.</summary>
    public ulong StatusTime { get; set; }

    /// <summary>When <see cref="Status"/> last changed.</summary>
    public Instant Since { get; set; }

    /// <summary>Its place among the absent; -1 when it is alive. The <see cref="Roster"/>'s own.</summary>
    public int Place { get; set; } = -1;

    public Member ToMember()
    {
        var versions = Node.Versions;
        return new Member(Name, Node.Address.ToEndPoint(), Status, Tags, Node.Incarnation)
        {
            Versions = [versions[0], versions[1], versions[2], versions[3], versions[4], versions[5]],
        };
    }
}
