using FsCheck;
using FsCheck.Fluent;

using Skerry.Manifest.Core.Founding;
using Skerry.Primitives;
using Skerry.Raft;

namespace Skerry.Manifest.Tests.Core;

/// <summary>How the first servers of a group agree on who founds it, whatever is lost, late, or restarted.</summary>
public sealed class FoundingTests
{
    [Fact]
    public void Nobody_founds_before_as_many_are_there_as_are_expected()
    {
        var core = new FoundingCore(FounderOf(0), 3, FoundingRecord.None);
        Assert.False(core.TryPlan([ServerOf(0, 3), ServerOf(1, 3)], 7));
        Assert.False(core.TryPlan([ServerOf(0, 3), ServerOf(1, 3), ServerOf(2, 1)], 7));
        Assert.True(core.TryPlan([ServerOf(0, 3), ServerOf(1, 3), ServerOf(2, 3)], 7));
        Assert.Equal([FounderOf(0), FounderOf(1), FounderOf(2)], core.Deciding!.Founders);
    }

    [Fact]
    public void Nobody_founds_beside_a_group_that_is_there()
    {
        var core = new FoundingCore(FounderOf(0), 1, FoundingRecord.None);
        Assert.False(core.TryPlan([ServerOf(0, 1), ServerOf(1, 1) with { Cluster = 9 }], 7));
        Assert.Equal(FoundingAnswer.Yes, core.Welcome(9));
        Assert.Equal(9ul, core.Record.Cluster);
        Assert.Equal(FoundingAnswer.No, core.Welcome(8));
    }

    [Fact]
    public void A_promise_holds_until_its_coordinator_says_otherwise()
    {
        var core = new FoundingCore(FounderOf(2), 3, FoundingRecord.None);
        var plan = new FoundingPlan(7, [FounderOf(0), FounderOf(1), FounderOf(2)]);
        var other = new FoundingPlan(8, [FounderOf(1), FounderOf(2), FounderOf(3)]);
        Assert.Equal(FoundingAnswer.No, core.Prepare(plan, NameOf(1)));
        Assert.Equal(FoundingAnswer.Yes, core.Prepare(plan, NameOf(0)));
        Assert.Equal(FoundingAnswer.No, core.Prepare(other, NameOf(1)));
        Assert.Equal(FoundingAnswer.No, core.Commit(other, NameOf(1)));
        core.Abort(plan, NameOf(1));
        Assert.NotNull(core.Awaited);
        core.Looked(plan, FoundingAnswer.No);
        Assert.Equal(FoundingAnswer.Yes, core.Prepare(other, NameOf(1)));
    }

    /// <summary>Servers see each other when they will, messages are lost, late and doubled, nodes restart from what they wrote.</summary>
    [Fact]
    public void Of_two_groups_that_are_founded_no_server_is_in_both_and_in_the_end_there_is_one()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<ulong>(), seed =>
        {
            var world = new FoundingWorld(new Prng(seed));
            world.Run();
            return world.Decided.Count > 0 && world.Decided.SelectMany(plan => plan.Founders).GroupBy(founder => founder.Id).All(founder => founder.Count() == 1);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    internal static string NameOf(int node) => $"node{node}";

    internal static RaftFounder FounderOf(int node) => new((ulong)node + 100, NameOf(node));

    internal static GroupServer ServerOf(int node, int expect) => new(NameOf(node), (ulong)node + 100, GroupRole.Server, expect, 0, "", IsAlive: true);
}
