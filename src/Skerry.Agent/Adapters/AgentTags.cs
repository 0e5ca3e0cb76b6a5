using System.Collections.Immutable;

using Skerry.Agent.CommandLine;
using Skerry.Agent.Configuration;
using Skerry.Gossip;

namespace Skerry.Agent.Adapters;

/// <summary>What an agent says of itself in its tags, for other agents to read.</summary>
internal static class AgentTags
{
    public const string Group = "group";
    public const string Id = "id";
    public const string Version = GossipNode.SkerryTag;

    /// <summary>The tags of this node: its own, and the configured ones.</summary>
    public static ImmutableSortedDictionary<string, string> Of(AgentConfiguration configuration, string id) => configuration.Gossip.Tags
        .SetItem(Version, ProgramVersion.Number)
        .SetItem(Group, configuration.Node.Group)
        .SetItem(Id, id);

    /// <summary>Whether a member is a Skerry node of this group; Serf's own agents are members without being that.</summary>
    public static bool IsOfGroup(Member member, string group) =>
        member.Tags.ContainsKey(Version) && member.Tags.GetValueOrDefault(Group) == group;
}
