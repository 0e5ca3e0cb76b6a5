using System.Globalization;

using Skerry.Gossip;
using Skerry.Manifest;

namespace Skerry.Agent.Adapters;

/// <summary>Who takes part in the group's manifest: members say so in a tag, as <c>role,expect,id,cluster</c>, the last two in hexadecimal.</summary>
/// <param name="gossip">Membership.</param>
/// <param name="group">This node's group.</param>
internal sealed class GossipGroupDirectory(GossipNode gossip, string group) : IGroupDirectory
{
    private const int Parts = 4;

    private GroupServer? _self;

    /// <summary>Told when <see cref="Tag"/> is another one.</summary>
    public required Action TagChanged { get; init; }

    /// <summary>What this node's tag says; null: it takes no part.</summary>
    public string? Tag => _self is { } self ? string.Create(CultureInfo.InvariantCulture, $"{NameOf(self.Role)},{self.Expect},{self.Id:x},{self.Cluster:x}") : null;

    public IReadOnlyList<GroupServer> Servers
    {
        get
        {
            var servers = new List<GroupServer>();
            foreach (var member in gossip.Members.Values)
            {
                if (member.Name == _self?.Node) servers.Add(_self);
                else if (AgentTags.IsOfGroup(member, group) && Parse(member) is { } server) servers.Add(server);
            }

            return servers;
        }
    }

    public void Announce(GroupServer self)
    {
        _self = self;
        TagChanged();
    }

    private static GroupServer? Parse(Member member)
    {
        if (!member.Tags.TryGetValue(AgentTags.Manifest, out var text) || text.Split(',') is not { Length: Parts } parts) return null;
        if (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var expect) || expect < 1) return null;
        if (!ulong.TryParse(parts[2], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id) || id == 0) return null;
        if (!ulong.TryParse(parts[3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var cluster)) return null;
        var role = parts[0] == NameOf(GroupRole.Server) ? GroupRole.Server : GroupRole.Observer;
        return new GroupServer(member.Name, id, role, expect, cluster, "", member.Status is MemberStatus.Alive);
    }

    private static string NameOf(GroupRole role) => role == GroupRole.Server ? "server" : "observer";
}
