using Skerry.Tunnel.Core.Relays;

namespace Skerry.Tunnel.Tests.Core;

/// <summary>Which relays a node holds a place at.</summary>
public sealed class RelayChooserTests
{
    private static readonly IReadOnlySet<string> None = new HashSet<string>();

    [Fact]
    public void The_nearest_are_chosen_from_different_zones() =>
        Assert.Equal(["a", "c"], RelayChooser.Choose([Relay("a", "east", 10), Relay("b", "east", 11), Relay("c", "west", 80)], None, 2));

    [Fact]
    public void One_zone_has_to_do_where_there_is_no_other() =>
        Assert.Equal(["a", "b"], RelayChooser.Choose([Relay("b", "east", 11), Relay("a", "east", 10)], None, 2));

    [Fact]
    public void A_relay_that_is_held_stays_until_another_is_clearly_better()
    {
        var held = new HashSet<string> { "old" };
        Assert.Equal(["old"], RelayChooser.Choose([Relay("old", "x", 50), Relay("new", "y", 40)], held, 1));
        Assert.Equal(["new"], RelayChooser.Choose([Relay("old", "x", 50), Relay("new", "y", 20)], held, 1));
    }

    [Fact]
    public void A_relay_that_loses_probes_counts_as_farther() =>
        Assert.Equal(["far"], RelayChooser.Choose([Relay("near", "x", 20) with { Loss = 0.5 }, Relay("far", "y", 60)], None, 1));

    [Fact]
    public void One_that_the_operator_names_is_preferred_to_a_stranger_as_near() =>
        Assert.Equal(["named"], RelayChooser.Choose([Relay("a", "x", 20) with { IsPreferred = false }, Relay("named", "y", 25)], None, 1));

    [Fact]
    public void Of_relays_about_as_near_the_one_with_room_is_chosen_and_not_one_a_continent_away() =>
        Assert.Equal(["idle", "busy", "far"], RelayChooser.Choose([Relay("busy", "x", 20) with { Load = 1 }, Relay("idle", "y", 30), Relay("far", "z", 180)], None, 3));

    [Fact]
    public void A_relay_that_fills_up_is_left_by_some_and_not_by_all()
    {
        var held = new HashSet<string> { "old" };
        var (stayed, left) = (0, 0);
        for (var i = 0; i < 1000; i++)
        {
            var old = Relay("old", "x", 20) with { Load = 0.5, Aversion = RelayChooser.AversionOf($"node-{i}", "old") };
            if (RelayChooser.Choose([old, Relay("new", "y", 20)], held, 1) is ["old"]) stayed++;
            else left++;
        }

        Assert.InRange(left, 100, 900);
        Assert.Equal(1000, left + stayed);
    }

    [Fact]
    public void A_load_a_step_apart_moves_nobody()
    {
        var held = new HashSet<string> { "old" };
        Assert.Equal(["old"], RelayChooser.Choose([Relay("old", "x", 20) with { Load = 0.25, Aversion = 1.5 }, Relay("new", "y", 20)], held, 1));
    }

    [Fact]
    public void Each_node_minds_a_load_in_its_own_way_and_always_the_same()
    {
        var all = Enumerable.Range(0, 1000).Select(i => RelayChooser.AversionOf($"node-{i}", "relay")).ToList();
        Assert.All(all, aversion => Assert.InRange(aversion, 0.5, 1.5));
        Assert.InRange(all.Average(), 0.9, 1.1);
        Assert.Equal(all, Enumerable.Range(0, 1000).Select(i => RelayChooser.AversionOf($"node-{i}", "relay")));
    }

    private static RelayCandidate Relay(string node, string zone, int milliseconds) => new(node, zone, TimeSpan.FromMilliseconds(milliseconds), 0, IsPreferred: true);
}
