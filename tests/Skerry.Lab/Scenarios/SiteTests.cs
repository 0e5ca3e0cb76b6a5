using System.Diagnostics;

using Skerry.Lab.Fabric;
using Skerry.Lab.Tunnels;

namespace Skerry.Lab.Scenarios;

/// <summary>Sites without the world, and a machine that leaves its site.</summary>
public sealed class SiteTests
{
    [Fact]
    public async Task A_site_that_starts_offline_works_inside_and_is_reached_when_the_world_is_there()
    {
        await using var sites = await TwoSites.StartAsync();
        await sites.Mesh.StartAsync("shop", "first", "second");
        TimeSpan inside;
        await using (await sites.Lab.Site("works").CutAsync())
        {
            await Task.WhenAll(sites.Mesh.StartAsync("works", "first", "second"), sites.Mesh.StartAsync("depot", "first", "second"));
            var start = Stopwatch.GetTimestamp();
            await sites.Mesh["depot"].AskAsync(new TunnelRequest { Do = "reach", Node = "works" });
            inside = Stopwatch.GetElapsedTime(start);
        }

        var healed = Stopwatch.GetTimestamp();
        await sites.Shop.UntilAsync(async () => (await sites.Shop.TryAskAsync(new TunnelRequest { Do = "reach", Node = "works" })).Error is null, "the shop to reach the works");
        Report.Add("site started offline", $"reached inside in {inside.TotalMilliseconds:0} ms, from the world {Stopwatch.GetElapsedTime(healed).TotalSeconds:0.0} s after the link came");
    }

    [Fact]
    public async Task After_a_cut_longer_than_every_timeout_the_sites_find_each_other_again()
    {
        await using var sites = await TwoSites.StartAsync(resumeTimeout: TimeSpan.FromSeconds(5));
        await sites.FlowAsync();
        await sites.MarkAsync();
        var start = Stopwatch.GetTimestamp();
        TimeSpan ended;
        await using (await sites.Lab.Site("works").CutAsync())
        {
            await sites.Shop.UntilAsync(async () => (await sites.Shop.FiguresAsync()).Broken > 0, "the session to end with an error");
            ended = Stopwatch.GetElapsedTime(start);
            await sites.Mesh["works"].UntilAsync(async () => (await sites.Mesh["works"].StatusAsync("")).Reservations.Count == 0, "the works to have lost all relays");
        }

        var healed = Stopwatch.GetTimestamp();
        await sites.MarkAsync();
        await sites.UntilMovingAsync(1);
        Report.Add(
            "site cut off beyond every timeout", $"session ended with an error after {ended.TotalSeconds:0.0} s (5 s allowed without a path), traffic again {Stopwatch.GetElapsedTime(healed).TotalSeconds:0.0} s after the cut healed");
    }

    [Fact]
    public async Task A_machine_that_changes_networks_keeps_its_sessions()
    {
        await using var sites = await TwoSites.StartAsync(more: new SitePlan("mobile", "west", NatKind.Symmetric, "phone"));
        await sites.FlowAsync();
        await sites.MarkAsync();
        var address = sites.Lab["shop"].Address;
        var start = Stopwatch.GetTimestamp();
        await sites.Lab["shop"].MoveAsync(sites.Lab.Site("mobile"));
        var moved = Stopwatch.GetElapsedTime(start);
        Assert.NotEqual(address, sites.Lab["shop"].Address);
        var (before, _) = await sites.NoticedAsync();
        await sites.UntilMovingAsync(before.Exchanges + 20);
        var (figures, text) = await sites.NoticedAsync();
        Report.Add("from Wi-Fi to mobile", $"without a network for {moved.TotalMilliseconds:0} ms; {text}");
        Assert.True(figures is { Broken: 0, Failed: 0 }, figures.LastError);
    }
}
