using System.Text;

using Skerry.Catalog.Sites;
using Skerry.Primitives;

using Record = Skerry.Replication.Record;

namespace Skerry.Catalog.Tests.Sites;

/// <summary>What one bridge makes of what others tell, by a clock moved by hand.</summary>
public sealed class WideViewTests
{
    private static readonly Func<string, bool> NoOwn = _ => false;
    private readonly WideView _view = new("reef", TimeSpan.FromSeconds(3));
    private Instant _now = Instant.Origin;

    [Fact]
    public void A_group_is_unreachable_when_none_of_its_bridges_was_connected_for_three_seconds()
    {
        Say("b1", "bay", "bay-1");
        Say("b2", "bay", "bay-1");
        Assert.Equal("bay via b1, unreachable: bay-1", Told());
        Connect("b2");
        Assert.Equal("bay via b2, reachable: bay-1", Told());
        Connect();
        Assert.Equal(_now + TimeSpan.FromSeconds(3), _view.NextDeadline(_now));
        _now += TimeSpan.FromSeconds(2.9);
        Assert.Equal("bay via b1, reachable: bay-1", Told());
        _now += TimeSpan.FromSeconds(0.1);
        Assert.Equal(Instant.Never, _view.NextDeadline(_now));
        Assert.Equal("bay via b1, unreachable: bay-1", Told());
        Connect("b1");
        Assert.Equal("bay via b1, reachable: bay-1", Told());
    }

    [Fact]
    public void A_bridge_not_heard_to_the_end_waits_for_one_that_was()
    {
        Connect("b1", "b2");
        Say("b2", "bay", "bay-1", "bay-2");
        Facts("b1", "bay", 2);
        Assert.Equal("bay via b2, reachable: bay-1 bay-2", Told());
        Part("b1", "bay", "bay-1");
        Assert.Equal("bay via b2, reachable: bay-1 bay-2", Told());
        Part("b1", "bay", "bay-2");
        Assert.Equal("bay via b1, reachable: bay-1 bay-2", Told());
    }

    [Fact]
    public void A_bridge_that_lost_sight_of_most_of_its_group_waits_for_one_that_has_not()
    {
        Connect("b1", "b2");
        Say("b2", "bay", "bay-1", "bay-2", "bay-3");
        Say("b1", "bay", "bay-1", "bay-2!", "bay-3!");
        Assert.StartsWith("bay via b2", Told(), StringComparison.Ordinal);
        Part("b1", "bay", "bay-2");
        Assert.StartsWith("bay via b1", Told(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_last_word_of_a_bridge_that_speaks_no_more_is_kept_while_nobody_else_speaks()
    {
        Connect("b1", "b2");
        Say("b1", "bay", "bay-1");
        End("b1", "bay-1");
        Assert.Equal("bay via b1, unreachable: bay-1", Told());
        Say("b2", "bay", "bay-2");
        Assert.Equal("bay via b2, reachable: bay-2", Told());
        // It speaks again, of what it says from now on, whichever record comes first.
        End("b2", "bay-2");
        Part("b1", "bay", "bay-3");
        Facts("b1", "bay", 1);
        Assert.Equal("bay via b1, reachable: bay-3", Told());
    }

    [Fact]
    public void Who_was_replaced_is_forgotten_after_an_hour_and_the_last_of_a_group_after_thirty_days()
    {
        Connect("b1", "b2", "c1");
        Say("b1", "bay", "bay-1");
        Say("b2", "bay", "bay-1");
        Say("c1", "cape", "cape-1");
        Connect("b2");
        _now += TimeSpan.FromMinutes(59);
        Assert.Empty(_view.DropLost(_now));
        _now += TimeSpan.FromMinutes(1);
        Assert.Equal(["b1"], _view.DropLost(_now));
        Assert.Equal("bay via b2, reachable: bay-1; cape via c1, unreachable: cape-1", Told());
        _now += TimeSpan.FromDays(30);
        Assert.Equal(["c1"], _view.DropLost(_now));
        Assert.Equal("bay via b2, reachable: bay-1", Told());
    }

    [Fact]
    public void What_finds_no_room_is_left_out_but_every_group_is_named()
    {
        Connect("b1", "c1");
        Say("b1", "bay", "bay-1", "bay-2");
        Say("c1", "cape", "cape-1");
        var told = _view.Told(NoOwn, 4, _now, out var leftOut);
        Assert.Equal(["bay/bay-1", "bay/bay-2", "bay", "cape"], told.Select(change => change.Id));
        Assert.Equal(1, leftOut);
        Assert.Equal(["bay"], _view.Told(NoOwn, 1, _now, out leftOut).Select(change => change.Id));
    }

    [Fact]
    public void Groups_bridges_and_records_beyond_the_bounds_are_refused()
    {
        for (var i = 0; i < SiteBounds.MaxGroups; i++) Facts($"b{i}", $"group-{i}", 0);
        Assert.False(Apply("one-more", "bridge", "", """{"group":"group-x"}"""));
        Facts("one-more", "group-1", 0);
        for (var i = 0; i < SiteBounds.MaxRecords; i++) Part("one-more", "group-1", $"n-{i}");
        Assert.False(Apply("one-more", "site-node", "n-x", NodeOf("n-x", "group-1")));
        Part("one-more", "group-1", "n-7");
        for (var i = SiteBounds.MaxGroups + 1; i < SiteBounds.MaxOwners; i++) Facts($"b{i}", "group-1", 0);
        Assert.True(_view.IsFullFor("b-x"));
        Assert.False(Apply("b-x", "bridge", "", """{"group":"group-1"}"""));
        Assert.False(_view.IsFullFor("b1"));
    }

    private static string NodeOf(string name, string group) =>
        $$"""{"facts":{"name":"{{name.TrimEnd('!')}}","id":"","address":"","group":"{{group}}","alive":{{(name.EndsWith('!') ? "false" : "true")}} },"group":"{{group}}"}""";

    private void Say(string owner, string group, params string[] nodes)
    {
        foreach (var node in nodes) Part(owner, group, node);
        Facts(owner, group, nodes.Length);
    }

    private void Facts(string owner, string group, int records) => Assert.True(Apply(owner, "bridge", "", $$"""{"group":"{{group}}","records":{{records}}}"""));

    private void Part(string owner, string group, string node) => Assert.True(Apply(owner, "site-node", node.TrimEnd('!'), NodeOf(node, group)));

    private void End(string owner, params string[] nodes)
    {
        Assert.True(_view.TryApply(new Record(owner, "bridge", "", 1, null), false, _now));
        foreach (var node in nodes) Assert.True(_view.TryApply(new Record(owner, "site-node", node, 1, null), false, _now));
    }

    private void Connect(params string[] peers) => _view.SetPeers(peers, _now);

    private bool Apply(string owner, string kind, string id, string text) => _view.TryApply(new Record(owner, kind, id, 1, Encoding.UTF8.GetBytes(text)), false, _now);

    private string Told()
    {
        var told = _view.Told(NoOwn, 1000, _now, out _);
        return string.Join("; ", told.Where(change => change.Kind == "group").Select(change =>
        {
            Assert.True(SitePayload.TryRead(change.Payload!.Value, out GroupFacts? facts));
            var nodes = told.Where(part => part.Kind == "remote" && part.Id.StartsWith(change.Id + "/", StringComparison.Ordinal)).Select(part => part.Id[(change.Id.Length + 1)..]);
            return $"{change.Id} via {facts.Source}, {(facts.IsReachable ? "reachable" : "unreachable")}: {string.Join(' ', nodes)}";
        }));
    }
}
