using System.Diagnostics;

using Skerry.Lab.Agents;
using Skerry.Lab.Fabric;
using Skerry.Lab.Peers;

namespace Skerry.Lab.Scenarios;

/// <summary>Peers that find each other in their LAN, with no address configured.</summary>
public sealed class LanTests
{
    private const double Patience = 30;

    [Fact]
    public async Task Agents_of_one_group_find_each_other_in_their_lan_with_no_address_configured()
    {
        await using var lab = await Testbed.StartAsync(new LabMap(new SitePlan("shop", "east", NatKind.Symmetric, "till", "scales", "guest")));
        var start = Stopwatch.GetTimestamp();
        var agents = await Task.WhenAll(lab.Hosts.Select(host => AgentProcess.StartAsync(host, $"gossip: {{ bind: '{host.Address}:7946', profile: lan }}", host.Name == "guest" ? "others" : "shop")));
        try
        {
            await Task.WhenAll(SeesAsync(agents[0], "scales", "till"), SeesAsync(agents[1], "scales", "till"));
            Report.Add("agents: group of the LAN joined", $"{Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s after they began to start");
            // The tunnel knows the guest by now, or will: it is of another group all the same.
            await agents[2].UntilAsync(async () => await agents[2].TryGetAsync("/v1/skerry/tunnel") is { } tunnel && tunnel.Contains("\"till\"", StringComparison.Ordinal), "to meet the till");
            await SeesAsync(agents[2], "guest");
        }
        finally
        {
            foreach (var agent in agents) await agent.DisposeAsync();
        }

        static Task SeesAsync(AgentProcess agent, params string[] members) =>
            agent.UntilAsync(async () => (await agent.AliveAsync()).SequenceEqual(members), $"to see {string.Join(" and ", members)}");
    }

    [Fact]
    public async Task A_machine_is_found_in_its_lan_and_in_the_one_it_moves_to()
    {
        await using var lab = await Testbed.StartAsync(new LabMap(
            new SitePlan("shop", "east", NatKind.Symmetric, "till", "scales", "phone"),
            new SitePlan("works", "west", NatKind.Symmetric, "press")));
        await using var till = await PeerProcess.StartAsync(lab["till"], isInLan: true);
        await using var press = await PeerProcess.StartAsync(lab["press"], isInLan: true);
        await using var scales = await PeerProcess.StartAsync(lab["scales"], isInLan: true);
        await using var phone = await PeerProcess.StartAsync(lab["phone"], isInLan: true);

        var found = await till.UntilFoundAsync(scales, Patience);
        await scales.UntilFoundAsync(till, Patience);
        await phone.UntilFoundAsync(till, Patience);
        await till.ConnectAsync(scales.Address);

        await lab["phone"].MoveAsync(lab.Site("works"));
        var moved = await press.UntilFoundAsync(phone, Patience);
        await phone.UntilFoundAsync(press, Patience);
        await press.ConnectAsync(phone.Address);
        Report.Add("found in the LAN", $"{found.Milliseconds:0} ms after it had started, {moved.Milliseconds:0} ms after it had moved to another");
    }
}
