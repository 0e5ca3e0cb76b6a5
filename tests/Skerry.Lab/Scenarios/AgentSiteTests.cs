using System.Diagnostics;

namespace Skerry.Lab.Scenarios;

/// <summary>Whole agents, whose sites are not where they were, or not in the world at all.</summary>
public sealed class AgentSiteTests
{
    [Fact]
    public async Task A_site_that_starts_offline_works_inside_and_is_called_when_the_link_comes()
    {
        await using var sites = await AgentSites.MakeAsync(["relay1"], ["there", "desk"]);
        await sites.RunAsync("here", "relay1");
        TimeSpan up, inside;
        await using (await sites.Lab.Site("works").CutAsync())
        {
            var start = Stopwatch.GetTimestamp();
            await sites.RunAsync("there", "desk");
            up = Stopwatch.GetElapsedTime(start);
            // No file names the other: they meet in their LAN.
            await sites.UntilCalledAsync("desk");
            inside = Stopwatch.GetElapsedTime(start);
        }

        var healed = Stopwatch.GetTimestamp();
        await sites.UntilCalledAsync("here");
        Report.Add(
            "agents: site started offline", $"up after {up.TotalSeconds:0.0} s, service called inside after {inside.TotalSeconds:0.0} s, from the world {Stopwatch.GetElapsedTime(healed).TotalSeconds:0.0} s after the link came");
    }

    /// <summary>One after the other with the same agents, whose start takes as long as all of this.</summary>
    [Fact]
    public async Task Connections_live_on_when_one_side_alone_loses_a_relay_and_when_the_callers_machine_changes_networks()
    {
        await using var sites = await AgentSites.StartAsync(["relay1", "relay2"], isRoaming: true);
        foreach (var (node, side) in new[] { ("here", "the caller's side"), ("there", "the called side") })
        {
            await sites.UntilHeldAsync(["relay1", "relay2"]);
            await sites.UntilLeftAsync("");
            var relay = await sites.RelayInUseAsync();
            sites.Traffic.Mark();
            await using (await sites.Lab[relay].Site.CutFromAsync(sites.Lab[node].PublicAddress))
            {
                await sites.UntilLeftAsync(relay);
                await sites.UntilMovingAsync();
            }

            Note(sites, $"agents: relay cut from {side}");
        }

        var machine = sites.Lab["here"];
        var address = machine.Address;
        sites.Traffic.Mark();
        await machine.MoveAsync(sites.Lab.Site("mobile"));
        Assert.NotEqual(address, machine.Address);
        await sites.UntilMovingAsync();
        Note(sites, "agents: from Wi-Fi to mobile");
    }

    private static void Note(AgentSites sites, string what)
    {
        var figures = sites.Traffic.Figures;
        Report.Add(what, figures.ToString());
        Assert.True(figures.Broken == 0, figures.LastError);
    }
}
