using Skerry.Gossip;

namespace Skerry.Simulation;

/// <summary>
/// Progress: no live node is held dead by a quiet network for longer than <see cref="GossipBounds.HeldDead"/>. The clock of a pair starts
/// anew when the network stops being quiet and when the node held dead starts again.
/// </summary>
/// <param name="group">The group.</param>
internal sealed class HeldDeadChecker(GossipGroup group) : IChecker
{
    private readonly TimeSpan _bound = group.Bounds.HeldDead(group.Options.Nodes);

    /// <inheritdoc/>
    public void AfterStep(SimulatedNode node)
    {
    }

    /// <inheritdoc/>
    public void EachSecond()
    {
        // A live node held dead is always a wrong view, and the group's disturbances are the starts of the clock.
        if (group.Ledger.Wrong == 0) return;
        var heldFor = group.World.Now - group.DisturbedAt;
        if (heldFor <= _bound) return;
        foreach (var (observer, subject) in group.Ledger.WrongViews())
        {
            if (!group.World.Nodes[subject].IsRunning || group.Ledger.View(observer, subject) != MemberStatus.Failed) continue;
            throw new SimulationFailure("held dead", $"{group.World.Nodes[observer]} has held {group.World.Nodes[subject]} dead for {heldFor.TotalSeconds:0} s of quiet, {_bound.TotalSeconds:0} s are allowed.");
        }
    }
}
