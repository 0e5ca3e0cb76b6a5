using System.Diagnostics;

using Skerry.Lab.Agents;
using Skerry.Lab.Fabric;

namespace Skerry.Lab.Scenarios;

/// <summary>Agents of one group on ways with a length.</summary>
public sealed class GroupTests
{
    [Fact]
    public async Task A_site_that_is_cut_off_is_missed_goes_on_inside_and_is_whole_again_afterwards()
    {
        await using var lab = await Testbed.StartAsync(new LabMap(
            new SitePlan("shore", "east", NatKind.None, "a", "b"),
            new SitePlan("island", "west", NatKind.None, "c", "d"))
        {
            Delays = [("east", "west", TimeSpan.FromMilliseconds(15))],
        });
        var agents = await Task.WhenAll("abcd".Select(name => StartAsync(lab, name.ToString())));
        string[] all = ["a", "b", "c", "d"];
        try
        {
            await SeeAsync(agents, all);
            var cut = Stopwatch.GetTimestamp();
            TimeSpan missed;
            await using (await lab.Site("island").CutAsync())
            {
                await SeeAsync(agents[..2], ["a", "b"]);
                await SeeAsync(agents[2..], ["c", "d"]);
                missed = Stopwatch.GetElapsedTime(cut);
            }

            var healed = Stopwatch.GetTimestamp();
            await SeeAsync(agents, all);
            Report.Add("gossip: site cut off and back", $"missed by all after {missed.TotalSeconds:0.0} s, whole {Stopwatch.GetElapsedTime(healed).TotalSeconds:0.0} s after the cut healed");
        }
        finally
        {
            foreach (var agent in agents) await agent.DisposeAsync();
        }
    }

    /// <summary>Gossip with its quick timers, which are meant for one machine.</summary>
    private static Task<AgentProcess> StartAsync(Testbed lab, string name) => AgentProcess.StartAsync(lab[name], $"""
        gossip: {"{"} bind: '{lab[name].Address}:7946', profile: local, join: ['{lab["a"].Address}:7946'], retryInterval: 1s {"}"}
        """);

    private static Task SeeAsync(IEnumerable<AgentProcess> agents, string[] members) => Task.WhenAll(agents.Select(agent =>
        agent.UntilAsync(async () => (await agent.AliveAsync()).SequenceEqual(members), $"to see {string.Join(", ", members)}")));
}
