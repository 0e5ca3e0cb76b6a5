using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

using Skerry.Lab.Agents;
using Skerry.Lab.Fabric;
using Skerry.Lab.Load;

namespace Skerry.Lab.Scenarios;

/// <summary>
/// Whole agents of four groups: two sites behind symmetric NATs, two relays in the world. A client in the shop calls, at an address of its own machine, a
/// service that only listens on a machine of the works.
/// </summary>
public sealed class AgentTests
{
    private const int ServicePort = 7000;

    private static readonly IPEndPoint Forward = new(IPAddress.Loopback, 5432);

    [Fact]
    public async Task A_service_of_another_site_is_called_while_its_relay_is_killed_and_again_after_a_cut()
    {
        await using var lab = await Testbed.StartAsync(new LabMap(
            new SitePlan("shop", "east", NatKind.Symmetric, "here"),
            new SitePlan("works", "west", NatKind.Symmetric, "there"),
            new SitePlan("cloud1", "middle", NatKind.None, "relay1"),
            new SitePlan("cloud2", "middle", NatKind.None, "relay2"))
        {
            Delays = [TwoSites.Way("east", "middle", 12), TwoSites.Way("west", "middle", 14), TwoSites.Way("east", "west", 26), TwoSites.Way("middle", "middle", 1)],
        });
        await using var service = new EchoService(lab["there"], ServicePort);
        var agents = new Dictionary<string, AgentProcess>();
        using var stopping = new CancellationTokenSource();
        var traffic = new Traffic(cancel => CallAsync(lab["here"], cancel), EndAsync);
        var running = Task.CompletedTask;
        try
        {
            var start = Stopwatch.GetTimestamp();
            foreach (var agent in await Task.WhenAll(lab.Hosts.Select(async host => (host.Name, Agent: await StartAsync(lab, host))))) agents.Add(agent.Name, agent.Agent);
            running = traffic.RunAsync(stopping.Token);
            var here = agents["here"];
            await UntilMovingAsync(here, traffic);
            Report.Add("agents: service of another site", $"called {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s after the four agents began to start");
            await here.UntilAsync(async () => (await RelaysAsync(here)).Count == 2, "to hold a place at both relays");
            await agents["there"].UntilAsync(async () => (await RelaysAsync(agents["there"])).Count == 2, "to hold a place at both relays");

            var relay = await RelayInUseAsync(lab, here);
            traffic.Mark();
            await agents[relay].KillAsync();
            await here.UntilAsync(async () => await RelayInUseAsync(lab, here) is { Length: > 0 } now && now != relay, $"to leave {relay}");
            await UntilMovingAsync(here, traffic);
            var figures = traffic.Figures;
            Report.Add("agents: relay killed with -9", figures.ToString());
            Assert.True(figures.Broken == 0, figures.LastError);

            await using (await lab.Site("works").CutAsync())
                await here.UntilAsync(async () => (await here.TryGetAsync("/v1/health/service/orders?passing&dc=works"))?.Trim() == "[]", "to call nobody in the works any more");
            start = Stopwatch.GetTimestamp();
            traffic.Mark();
            await UntilMovingAsync(here, traffic);
            Report.Add("agents: site cut off and back", $"service called {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s after the cut healed; {traffic.Figures}");
        }
        finally
        {
            await stopping.CancelAsync();
            await running;
            foreach (var agent in agents.Values) await agent.DisposeAsync();
        }
    }

    private static Task<AgentProcess> StartAsync(Testbed lab, LabHost host)
    {
        var part = host.Name switch
        {
            "there" => $"services: [{"{"} name: orders, address: 127.0.0.1, port: {ServicePort}, exported: true {"}"}]",
            "here" => $"proxy: {"{"} forwards: [{"{"} service: orders, group: works, listen: '{Forward}' {"}"}] {"}"}",
            _ => "",
        };
        return AgentProcess.StartAsync(
            host,
            $$"""
            gossip: { bind: '{{host.Address}}:7946', profile: local }
            edgeTunnel:
              finderPeriod: 2s
              relayNodes:
                - { nodeName: relay1, advertiseAddress: ['{{lab["relay1"].Address}}'] }
                - { nodeName: relay2, advertiseAddress: ['{{lab["relay2"].Address}}'] }
            {{part}}
            """,
            host.Site.Name);
    }

    private static async Task<Stream> CallAsync(LabHost host, CancellationToken cancel)
    {
        var socket = host.NewSocket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(Forward, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static ValueTask EndAsync(Stream stream, CancellationToken cancel)
    {
        ((NetworkStream)stream).Socket.Shutdown(SocketShutdown.Send);
        return ValueTask.CompletedTask;
    }

    private static Task UntilMovingAsync(AgentProcess agent, Traffic traffic)
    {
        var from = traffic.Figures;
        return agent.UntilAsync(() => Task.FromResult(traffic.Figures.Exchanges >= from.Exchanges + 10 && traffic.Figures.Requests > from.Requests), "to carry traffic");
    }

    /// <summary>The relays that put callers through to a node.</summary>
    private static async Task<IReadOnlyList<string>> RelaysAsync(AgentProcess agent)
    {
        using var tunnel = JsonDocument.Parse(await agent.TryGetAsync("/v1/skerry/tunnel") ?? "{\"relays\":[]}");
        return [.. tunnel.RootElement.GetProperty("relays").EnumerateArray()
            .Where(relay => relay.GetProperty("reservedUntil").ValueKind != JsonValueKind.Null)
            .Select(relay => relay.GetProperty("node").GetString()!)];
    }

    /// <summary>The relay that the traffic takes; empty: none at this moment.</summary>
    private static async Task<string> RelayInUseAsync(Testbed lab, AgentProcess agent)
    {
        using var tunnel = JsonDocument.Parse(await agent.TryGetAsync("/v1/skerry/tunnel") ?? "{\"paths\":[]}");
        var paths = tunnel.RootElement.GetProperty("paths").EnumerateArray().Where(path => path.GetProperty("node").GetString() == "there" && path.GetProperty("sessions").GetInt32() > 0);
        string[] relays = ["relay1", "relay2"];
        return relays.FirstOrDefault(relay => paths.Any(path => path.GetProperty("address").GetString()!.StartsWith($"/ip4/{lab[relay].Address}/", StringComparison.Ordinal))) ?? "";
    }
}
