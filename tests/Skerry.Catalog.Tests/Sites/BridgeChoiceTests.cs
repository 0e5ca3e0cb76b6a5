using FsCheck;
using FsCheck.Fluent;

using Skerry.Catalog.Sites;

namespace Skerry.Catalog.Tests.Sites;

public sealed class BridgeChoiceTests
{
    [Fact]
    public void When_a_bridge_dies_one_moves_up_and_the_others_stay() => Prop.ForAll(Gen.Choose(4, 40).ToArbitrary(), Gen.Choose(0, 2).ToArbitrary(), (count, dying) =>
    {
        var nodes = Enumerable.Range(0, count).Select(number => Node($"n-{number}")).ToArray();
        var before = Names(BridgeChoice.Of("reef", nodes));
        var dead = before[dying];
        var after = Names(BridgeChoice.Of("reef", nodes.Select(node => node with { Alive = node.Name != dead })));
        Assert.Equal(3, before.Length);
        Assert.Equal(before.Where(name => name != dead), after[..2]);
        Assert.DoesNotContain(after[2], before);
        Assert.Equal(before, Names(BridgeChoice.Of("reef", nodes.Reverse())));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Who_is_not_willing_or_not_alive_is_none()
    {
        CatalogNode[] nodes = [Node("a"), Node("b") with { Alive = false }, Node("c") with { Tunnel = TunnelFacts.None }];
        Assert.Equal(["a"], Names(BridgeChoice.Of("reef", nodes)));
        Assert.Equal(["a", "b"], Names(BridgeChoice.Candidates("reef", nodes)));
    }

    [Fact]
    public void Another_group_spreads_its_work_over_other_nodes()
    {
        var nodes = Enumerable.Range(0, 40).Select(number => Node($"n-{number}")).ToArray();
        Assert.NotEqual(Names(BridgeChoice.Of("reef", nodes)), Names(BridgeChoice.Of("shoal", nodes)));
    }

    private static CatalogNode Node(string name) => new() { Name = name, Id = "", Address = "", Group = "reef", Tunnel = new TunnelFacts { IsBridge = true } };

    private static string[] Names(IEnumerable<CatalogNode> nodes) => [.. nodes.Select(node => node.Name)];
}
