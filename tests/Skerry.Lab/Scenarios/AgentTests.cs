using System.Diagnostics;

using Skerry.Lab.Fabric;

namespace Skerry.Lab.Scenarios;

/// <summary>Whole agents with the files an operator writes, and a client that calls a service of another site while the world breaks.</summary>
public sealed class AgentTests
{
    [Fact]
    public async Task A_service_of_another_site_is_called_while_its_relay_is_killed_and_again_after_a_cut()
    {
        var start = Stopwatch.GetTimestamp();
        await using var sites = await AgentSites.StartAsync(
            ["relay1", "relay2"], () => Report.Add("agents: service of another site", $"called {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s after the four agents began to start"));

        var relay = await sites.RelayInUseAsync();
        sites.Traffic.Mark();
        await sites[relay].KillAsync();
        await sites.UntilLeftAsync(relay);
        await sites.UntilMovingAsync();
        var figures = sites.Traffic.Figures;
        Report.Add("agents: relay killed with -9", figures.ToString());
        Assert.True(figures.Broken == 0, figures.LastError);

        await using (await sites.Lab.Site("works").CutAsync())
        {
            start = Stopwatch.GetTimestamp();
            await sites.Here.UntilAsync(
                async () => (await sites.Here.TryGetAsync("/v1/health/service/orders?passing&dc=works"))?.Trim() == "[]", "to call nobody in the works any more");
        }

        var noticed = Stopwatch.GetElapsedTime(start);
        start = Stopwatch.GetTimestamp();
        sites.Traffic.Mark();
        await sites.UntilMovingAsync();
        Report.Add(
            "agents: site cut off and back", $"dropped after {noticed.TotalSeconds:0.0} s, called {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s after the cut healed; {sites.Traffic.Figures}");
    }

    [Fact]
    public async Task What_the_path_of_a_service_has_been_is_counted_for_its_operator()
    {
        // Two whose calls cross come through NATs like these by chance, before any relay carries a byte: first nothing gets from one to the other.
        await using var sites = await AgentSites.StartAsync(["relay1", "relay2"], nat: NatKind.PortRestricted, isWalled: true);
        var counts = "";
        await sites.Here.UntilAsync(
            async () => (counts = await sites.Here.TryGetAsync("/metrics") ?? "").Contains("skerry_tunnel_bytes_total{service=\"orders\",path=\"direct\",direction=\"in\"", StringComparison.Ordinal),
            "to count bytes on the direct path");
        foreach (var series in (string[])[
            "skerry_tunnel_bytes_total{service=\"orders\",path=\"relayed\",direction=\"out\"} ",
            "skerry_tunnel_bytes_total{service=\"orders\",path=\"direct\",direction=\"in\"} ",
            "skerry_tunnel_round_trip_seconds_count{path=\"relayed\"} ",
            "skerry_tunnel_round_trip_seconds_count{path=\"direct\"} ",
            "skerry_tunnel_reservations 2"])
            Assert.Contains(series, counts, StringComparison.Ordinal);

        Report.Add("agents: hole punched", string.Join(", ", counts.Split('\n').Where(line => line.StartsWith("skerry_libp2p_punches_total{", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task A_node_that_files_name_a_relay_becomes_one_and_carries_on_when_the_other_falls_silent()
    {
        await using var sites = await AgentSites.StartAsync(["relay1"]);
        sites.Traffic.Mark();
        var start = Stopwatch.GetTimestamp();
        await sites.NameRelaysAsync(["relay1", "relay2"]);
        await sites.UntilHeldAsync(["relay1", "relay2"]);
        Report.Add("agents: node named a relay", $"holds places {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s after the files changed; {sites.Traffic.Figures}");

        sites.Traffic.Mark();
        await using var cut = await sites.Lab.Site("cloud1").CutAsync();
        await sites.UntilLeftAsync("relay1");
        await sites.UntilMovingAsync();
        var figures = sites.Traffic.Figures;
        Report.Add("agents: relay silent", figures.ToString());
        Assert.True(figures.Broken == 0, figures.LastError);
    }
}
