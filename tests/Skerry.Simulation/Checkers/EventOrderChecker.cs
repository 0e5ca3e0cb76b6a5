using Skerry.Gossip;

namespace Skerry.Simulation;

/// <summary>
/// Safety: each node tells of each member in the legal order. Every node starts over when its process does.
/// <code>
/// (unknown) -joined-> present -updated-> present -left-> gone -joined-> present
///                             -failed-> gone -left-> gone (forced out, or its goodbye came late)
///                                       gone -reaped-> (unknown)
/// </code>
/// </summary>
internal sealed class EventOrderChecker : IChecker
{
    private readonly GossipGroup _group;

    /// <summary>Watches a group from now on.</summary>
    public EventOrderChecker(GossipGroup group)
    {
        _group = group;
        group.Reported += Check;
    }

    /// <inheritdoc/>
    public void AfterStep(SimulatedNode node)
    {
    }

    /// <inheritdoc/>
    public void EachSecond()
    {
    }

    private void Check(GossipReport report)
    {
        // The ledger still holds what this node held before.
        var before = _group.Ledger.View(report.Observer, report.Subject);
        var (isLegal, after) = report.Change switch
        {
            MembershipChange.Joined => (before is MemberStatus.None or MemberStatus.Failed or MemberStatus.Left, MemberStatus.Alive),
            MembershipChange.Updated => (before is MemberStatus.Alive or MemberStatus.Leaving, before),
            MembershipChange.Failed => (before is MemberStatus.Alive, MemberStatus.Failed),
            MembershipChange.Left => (before is MemberStatus.Alive or MemberStatus.Leaving or MemberStatus.Failed, MemberStatus.Left),
            _ => (before is not MemberStatus.None, report.Status),
        };
        var statusFits = report.Status == after || (after == MemberStatus.Alive && report.Status == MemberStatus.Leaving);
        if (isLegal && statusFits) return;
        var (observer, subject) = (_group.World.Nodes[report.Observer], _group.World.Nodes[report.Subject]);
        throw new SimulationFailure("event order", $"{observer} held {subject} {before} and now reports it {report.Change} as {report.Status}.");
    }
}
