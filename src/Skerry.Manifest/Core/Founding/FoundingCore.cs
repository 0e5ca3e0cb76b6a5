using Skerry.Raft;

namespace Skerry.Manifest.Core.Founding;

/// <summary>
/// How the first servers of a group agree, once and for ever, on who founds it: a two-phase commit among the founders, decided by the first of them by name. A node
/// promises to one plan at a time; a plan is decided on only while all of its founders have promised it; only its coordinator gives it up, and never after that.
/// Invariant: of two plans that are decided on, no node is a founder of both. <see cref="Record"/> is durable before anything that follows from it is said.
/// </summary>
/// <param name="self">This node as a founder.</param>
/// <param name="expect">Servers that must be there.</param>
/// <param name="record">What is on its disk.</param>
internal sealed class FoundingCore(RaftFounder self, int expect, FoundingRecord record)
{
    /// <summary>To be written down whenever a call has changed it.</summary>
    public FoundingRecord Record { get; private set; } = record;

    /// <summary>The plan that this node is to decide on; null: there is none.</summary>
    public FoundingPlan? Deciding => Record is { Step: FoundingStep.Promised, Plan: { } plan } && plan.Coordinator == self ? plan : null;

    /// <summary>The plan that another node decides on; null: there is none.</summary>
    public FoundingPlan? Awaited => Record is { Step: FoundingStep.Promised, Plan: { } plan } && plan.Coordinator != self ? plan : null;

    /// <summary>Makes a plan and promises it, if enough servers wait, none belongs to a group, and this node is the first of them.</summary>
    /// <param name="seen">All servers that are there, this one included.</param>
    /// <param name="cluster">A number for it, drawn by chance.</param>
    public bool TryPlan(IEnumerable<GroupServer> seen, ulong cluster)
    {
        if (Record.Step != FoundingStep.None) return false;
        var servers = seen.Where(server => server is { IsAlive: true, Role: GroupRole.Server }).ToList();
        if (servers.Exists(server => server.Cluster != 0)) return false;
        var waiting = servers.Where(server => server.Expect == expect).OrderBy(server => server.Node, StringComparer.Ordinal).Take(expect)
            .Select(server => new RaftFounder(server.Id, server.Node)).ToList();
        if (waiting.Count < expect || waiting[0] != self) return false;
        Record = new FoundingRecord(FoundingStep.Promised, new FoundingPlan(cluster, waiting));
        return true;
    }

    /// <summary>The coordinator asks for a promise.</summary>
    public FoundingAnswer Prepare(FoundingPlan plan, string from)
    {
        if (plan.Founders.Count == 0 || plan.Coordinator.Node != from || !plan.Includes(self.Id)) return FoundingAnswer.No;
        if (Record.Plan?.IsSame(plan) == true) return FoundingAnswer.Yes;
        if (Record.Step != FoundingStep.None) return FoundingAnswer.No;
        Record = new FoundingRecord(FoundingStep.Promised, plan);
        return FoundingAnswer.Yes;
    }

    /// <summary>The coordinator says that the plan is decided on.</summary>
    public FoundingAnswer Commit(FoundingPlan plan, string from)
    {
        if (Record.Plan?.IsSame(plan) != true || plan.Coordinator.Node != from) return FoundingAnswer.No;
        Record = Record with { Step = FoundingStep.Member };
        return FoundingAnswer.Yes;
    }

    /// <summary>The coordinator has given the plan up.</summary>
    public FoundingAnswer Abort(FoundingPlan plan, string from)
    {
        if (plan.Founders.Count > 0 && plan.Coordinator.Node == from && Awaited?.IsSame(plan) == true) Record = FoundingRecord.None;
        return FoundingAnswer.Yes;
    }

    /// <summary>A founder asks its coordinator what has become of the plan.</summary>
    /// <returns><see cref="FoundingAnswer.No"/>: it was given up.</returns>
    public FoundingAnswer Look(FoundingPlan plan) =>
        Record.Plan?.IsSame(plan) != true ? FoundingAnswer.No : Record.Step == FoundingStep.Member ? FoundingAnswer.Yes : FoundingAnswer.Pending;

    /// <summary>What the coordinator has answered.</summary>
    public void Looked(FoundingPlan plan, FoundingAnswer answer)
    {
        if (Awaited?.IsSame(plan) != true || answer == FoundingAnswer.Pending) return;
        Record = answer == FoundingAnswer.Yes ? Record with { Step = FoundingStep.Member } : FoundingRecord.None;
    }

    /// <summary>All founders have promised: this decides it.</summary>
    public void Decide(FoundingPlan plan)
    {
        if (Deciding?.IsSame(plan) == true) Record = Record with { Step = FoundingStep.Member };
    }

    /// <summary>Some founder has promised another plan, or is gone: the plan comes to nothing.</summary>
    public void GiveUp(FoundingPlan plan)
    {
        if (Deciding?.IsSame(plan) == true) Record = FoundingRecord.None;
    }

    /// <summary>The last change could not be written down: it has not happened.</summary>
    /// <param name="before">What stands on disk.</param>
    public void Forget(FoundingRecord before) => Record = before;

    /// <summary>This node goes on alone: its group is another one from here on.</summary>
    /// <param name="cluster">The new number.</param>
    public void Recover(ulong cluster) => Record = new FoundingRecord(FoundingStep.Member, new FoundingPlan(cluster, []));

    /// <summary>The leader of a group is about to add this node.</summary>
    /// <param name="cluster">The group's number.</param>
    public FoundingAnswer Welcome(ulong cluster)
    {
        if (Record.Step == FoundingStep.Member) return Record.Cluster == cluster ? FoundingAnswer.Yes : FoundingAnswer.No;
        if (Record.Step == FoundingStep.Promised || cluster == 0) return FoundingAnswer.Pending;
        Record = new FoundingRecord(FoundingStep.Member, new FoundingPlan(cluster, []));
        return FoundingAnswer.Yes;
    }
}
