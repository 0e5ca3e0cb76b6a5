using System.Diagnostics;

using Skerry.Lab.Fabric;
using Skerry.Lab.Tunnels;

namespace Skerry.Lab.Scenarios;

/// <summary>Which relays are chosen, and that the choice follows the world.</summary>
public sealed class RelayChoiceTests
{
    [Fact]
    public async Task Places_are_held_at_the_nearest_relays_of_three_regions_and_at_others_when_the_map_changes()
    {
        await using var sites = await TwoSites.StartAsync(
            new LabMap(
                new SitePlan("shop", "east", NatKind.Symmetric, "shop"),
                new SitePlan("works", "east", NatKind.Symmetric, "works"),
                new SitePlan("faraway", "south", NatKind.None, "faraway"),
                new SitePlan("middling", "north", NatKind.None, "middling"),
                new SitePlan("nearby", "east", NatKind.None, "nearby"))
            {
                Delays = [TwoSites.Way("east", "east", 3), TwoSites.Way("east", "north", 40), TwoSites.Way("east", "south", 90), TwoSites.Way("north", "south", 60)],
            },
            "faraway",
            "middling",
            "nearby");
        await sites.FlowAsync();
        await UntilHeldAsync(sites, "middling", "nearby");
        var first = await sites.RelayInUseAsync();

        await sites.MarkAsync();
        var start = Stopwatch.GetTimestamp();
        sites.Lab.SetDelay("east", "south", TimeSpan.FromMilliseconds(5));
        sites.Lab.SetDelay("east", "east", TimeSpan.FromMilliseconds(150));
        await UntilHeldAsync(sites, "faraway", "middling");
        var moved = Stopwatch.GetElapsedTime(start);
        await sites.UntilMovingAsync(20);
        var (figures, text) = await sites.NoticedAsync();
        Report.Add(
            "nearest of three relays", $"traffic over {first}; the map changed: places moved after {moved.TotalSeconds:0.0} s, traffic now over {await sites.RelayInUseAsync()}; {text}");
        Assert.True(figures.Broken == 0, figures.LastError);
    }

    [Fact]
    public async Task A_node_becomes_a_relay_under_load_and_carries_it_when_the_other_goes()
    {
        await using var sites = await TwoSites.StartAsync();
        await sites.Mesh["second"].AskAsync(new TunnelRequest { Do = "duty", IsRelay = false });
        await Task.WhenAll(sites.Mesh.StartAsync("works", "first"), sites.Mesh.StartAsync("shop", "first"));
        await sites.Shop.AskAsync(new TunnelRequest { Do = "load", Node = "works" });
        await sites.UntilMovingAsync(20);
        await sites.MarkAsync();

        var start = Stopwatch.GetTimestamp();
        await sites.Mesh["second"].AskAsync(new TunnelRequest { Do = "duty", IsRelay = true });
        await sites.UntilReservedAsync("works");
        var taken = Stopwatch.GetElapsedTime(start);
        await sites.Mesh["first"].KillAsync();
        await sites.UntilRelayAsync(relay => relay == "second", "the new relay to be in use");
        await sites.UntilMovingAsync((await sites.Shop.FiguresAsync()).Exchanges + 20);
        var (figures, text) = await sites.NoticedAsync();
        Report.Add("node converted into a relay", $"taken {taken.TotalSeconds:0.0} s after; then the other killed: {text}");
        Assert.True(figures.Broken == 0, figures.LastError);
    }

    private static Task UntilHeldAsync(TwoSites sites, params string[] relays) => Task.WhenAll(new[] { "shop", "works" }.Select(node => sites.Mesh[node].UntilAsync(
        async () => (await sites.Mesh[node].StatusAsync("")).Reservations.SequenceEqual(relays), $"{node} to hold places at {string.Join(" and ", relays)}")));
}
