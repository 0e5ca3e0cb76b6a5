namespace Skerry.Simulation;

/// <summary>
/// Progress: on a quiet network all running nodes hold the truth of each other within <see cref="GossipBounds.Convergence"/> of the last
/// thing that happened. That is at once: what was parted is whole again, a crash is known to all, nobody alive is held dead.
/// </summary>
/// <param name="group">The group.</param>
internal sealed class ConvergenceChecker(GossipGroup group) : IChecker
{
    private readonly TimeSpan _bound = group.Bounds.Convergence(group.Options.Nodes);

    /// <summary>The longest that views were wrong on a quiet network, so far.</summary>
    public TimeSpan Longest { get; private set; }

    /// <inheritdoc/>
    public void AfterStep(SimulatedNode node)
    {
    }

    /// <inheritdoc/>
    public void EachSecond()
    {
        if (!group.IsQuiet) group.Disturb();
        if (group.Ledger.Wrong == 0) return;
        var wrongFor = group.World.Now - group.DisturbedAt;
        if (wrongFor > Longest) Longest = wrongFor;
        if (wrongFor > _bound)
            throw new SimulationFailure("convergence", $"{group.Ledger.Wrong} views are wrong {wrongFor.TotalSeconds:0} s after the last disturbance, {_bound.TotalSeconds:0} s are allowed: {group.DescribeWrongViews()}.");
    }
}
