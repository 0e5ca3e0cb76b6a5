using Microsoft.Extensions.Logging;

using Skerry.Catalog;
using Skerry.Gossip;

namespace Skerry.Agent.Adapters;

/// <summary>Tells the catalog what membership says of each node of the group.</summary>
/// <param name="gossip">Membership.</param>
/// <param name="catalog">Hears of it.</param>
/// <param name="group">This node's group.</param>
/// <param name="logger">For members of another group.</param>
internal sealed class GossipLiveness(GossipNode gossip, ServiceCatalog catalog, string group, ILogger logger)
{
    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        // Watch first, then read: a change between the two is told twice rather than never.
        var changes = gossip.WatchAsync(cancellation);
        foreach (var member in gossip.Members.Values) Tell(member, LivenessOf(member.Status));
        await foreach (var change in changes)
            Tell(change.Member, change.Change == MembershipChange.Reaped ? NodeLiveness.Gone : LivenessOf(change.Member.Status));
    }

    private static NodeLiveness LivenessOf(MemberStatus status) => status switch
    {
        MemberStatus.Failed => NodeLiveness.Failed,
        MemberStatus.Left => NodeLiveness.Gone,
        _ => NodeLiveness.Alive,
    };

    private void Tell(Member member, NodeLiveness liveness)
    {
        if (AgentTags.IsOfGroup(member, group)) catalog.SetLiveness(member.Name, member.Address.Address.ToString(), liveness);
        else if (member.Tags.TryGetValue(AgentTags.Group, out var other) && other != group) AgentLog.StrangeGroup(logger, member.Name, other, group);
    }
}
