using Skerry.Gossip;

namespace Skerry.Simulation;

/// <summary>
/// Safety: no running node is reported failed while nothing in the run can make it look dead. And in any run: who said goodbye on a quiet
/// network is never reported failed.
/// </summary>
internal sealed class FalseFailureChecker : IChecker
{
    private readonly GossipGroup _group;

    /// <summary>Watches a group from now on.</summary>
    public FalseFailureChecker(GossipGroup group)
    {
        _group = group;
        group.Reported += Check;
    }

    /// <summary>Whether running nodes may be reported failed, since the faults are strong enough for that.</summary>
    public bool AllowsFalseFailures { get; set; }

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
        if (report.Change != MembershipChange.Failed) return;
        var subject = _group.World.Nodes[report.Subject];
        var observer = _group.World.Nodes[report.Observer];
        var truth = _group.Truths[report.Subject];
        if (truth.LeftInQuiet && _group.IsQuiet)
            throw new SimulationFailure("graceful leave", $"{observer} reports {subject} failed, but it has said goodbye on a quiet network.");
        if (!AllowsFalseFailures && subject.IsRunning && !truth.IsLeaving)
            throw new SimulationFailure("false failure", $"{observer} reports {subject} failed, but it runs and nothing hinders it.");
    }
}
