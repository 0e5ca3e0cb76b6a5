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
    public const string Manifest = "manifest";
    public const string Version = GossipNode.SkerryTag;

    /// <summary>The tags of this node: its own, and the configured ones.</summary>
    /// <param name="configuration">Has them.</param>
    /// <param name="id">The node's.</param>
    /// <param name="manifest">What it is in the manifest; null: it takes no part.</param>
    public static ImmutableSortedDictionary<string, string> Of(AgentConfiguration configuration, string id, string? manifest = null)
    {
        var tags = configuration.Gossip.Tags.SetItem(Version, ProgramVersion.Number).SetItem(Group, configuration.Node.Group).SetItem(Id, id);
        return manifest is null ? tags : tags.SetItem(Manifest, manifest);
    }

    /// <summary>Whether a member is a Skerry node of this group; Serf's own agents are members without being that.</summary>
    public static bool IsOfGroup(Member member, string group) =>
        member.Tags.ContainsKey(Version) && member.Tags.GetValueOrDefault(Group) == group;
}
