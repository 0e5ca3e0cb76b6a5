using Skerry.Gossip;
using Skerry.Manifest;

namespace Skerry.Agent.Adapters;

/// <summary>Who takes part in the group's manifest: members say so in a tag (<see cref="ManifestTag"/>).</summary>
/// <param name="gossip">Membership.</param>
/// <param name="group">This node's group.</param>
internal sealed class GossipGroupDirectory(GossipNode gossip, string group) : IGroupDirectory
{
    private GroupServer? _self;

    /// <summary>Told when <see cref="Tag"/> is another one.</summary>
    public required Action TagChanged { get; init; }

    /// <summary>What this node's tag says; null: it takes no part.</summary>
    public string? Tag => _self is { } self ? ManifestTag.Write(self) : null;

    public IReadOnlyList<GroupServer> Servers
    {
        get
        {
            var servers = new List<GroupServer>();
            foreach (var member in gossip.Members.Values)
            {
                if (member.Name == _self?.Node) servers.Add(_self);
                else if (AgentTags.IsOfGroup(member, group) && ManifestTag.Read(member) is { } server) servers.Add(server);
            }

            return servers;
        }
    }

    public void Announce(GroupServer self)
    {
        _self = self;
        TagChanged();
    }
}
