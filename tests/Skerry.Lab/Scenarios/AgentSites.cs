using System.Net;
using System.Net.Sockets;
using System.Text.Json;

using Skerry.Lab.Agents;
using Skerry.Lab.Fabric;
using Skerry.Lab.Load;

namespace Skerry.Lab.Scenarios;

/// <summary>
/// Whole agents of four groups: two sites behind NATs, symmetric ones unless said otherwise, two machines in the world that are relays when the files say so. A client on <c>here</c> calls,
/// at an address of its own machine, a service that only listens on the loopback address of <c>there</c>.
/// </summary>
internal sealed class AgentSites : IAsyncDisposable
{
    private const int ServicePort = 7000;

    private static readonly IPEndPoint Forward = new(IPAddress.Loopback, 5432);

    private readonly Dictionary<string, AgentProcess> _agents = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly EchoService _service;
    private Task _running = Task.CompletedTask;

    private AgentSites(Testbed lab)
    {
        Lab = lab;
        _service = new EchoService(lab["there"], ServicePort);
        Traffic = new Traffic(CallAsync, EndAsync);
    }

    public Testbed Lab { get; }

    public Traffic Traffic { get; }

    public AgentProcess Here => this["here"];

    public AgentProcess this[string node] => _agents[node];

    /// <summary>Starts the agents, and traffic; waits until it flows, and until both sites hold their places at relays.</summary>
    /// <param name="relays">Those of <c>relay1</c> and <c>relay2</c> that the files name.</param>
    /// <param name="started">Told when it flows.</param>
    /// <param name="nat">What the two sites are behind.</param>
    public static async Task<AgentSites> StartAsync(string[] relays, Action? started = null, NatKind nat = NatKind.Symmetric)
    {
        var sites = new AgentSites(await Testbed.StartAsync(new LabMap(
            new SitePlan("shop", "east", nat, "here"),
            new SitePlan("works", "west", nat, "there"),
            new SitePlan("cloud1", "middle", NatKind.None, "relay1"),
            new SitePlan("cloud2", "middle", NatKind.None, "relay2"))
        {
            Delays = [TwoSites.Way("east", "middle", 12), TwoSites.Way("west", "middle", 14), TwoSites.Way("east", "west", 26), TwoSites.Way("middle", "middle", 1)],
        }));
        try
        {
            var agents = await Task.WhenAll(sites.Lab.Hosts.Select(async host => (host.Name, Agent: await AgentProcess.StartAsync(host, sites.FileOf(host, relays), host.Site.Name))));
            foreach (var (name, agent) in agents) sites._agents.Add(name, agent);
            sites._running = sites.Traffic.RunAsync(sites._stopping.Token);
            await sites.UntilMovingAsync();
            started?.Invoke();
            await sites.UntilHeldAsync(relays);
            return sites;
        }
        catch
        {
            await sites.DisposeAsync();
            throw;
        }
    }

    /// <summary>Names other relays in all files; the agents notice.</summary>
    public Task NameRelaysAsync(string[] relays) => Task.WhenAll(Lab.Hosts.Select(host => this[host.Name].ConfigureAsync(FileOf(host, relays))));

    /// <summary>Waits until both sites hold places at just these relays, and the caller knows of those of the called.</summary>
    public async Task UntilHeldAsync(string[] relays)
    {
        await Task.WhenAll(new[] { "here", "there" }.Select(node => this[node].UntilAsync(
            async () => (await RelaysAsync(this[node])).Order(StringComparer.Ordinal).SequenceEqual(relays), $"to hold places at {string.Join(" and ", relays)}")));
        await Here.UntilAsync(
            async () => await Here.TryGetAsync("/v1/skerry/tunnel/why/there") is { } why && relays.All(relay => why.Contains($"/ip4/{Lab[relay].Address}/", StringComparison.Ordinal)),
            "to know where there is called through");
    }

    /// <summary>Waits for some messages and a request from now on.</summary>
    public Task UntilMovingAsync()
    {
        var from = Traffic.Figures;
        return Here.UntilAsync(() => Task.FromResult(Traffic.Figures.Exchanges >= from.Exchanges + 10 && Traffic.Figures.Requests > from.Requests), "to carry traffic");
    }

    /// <summary>Waits until the traffic takes another relay.</summary>
    public Task UntilLeftAsync(string relay) => Here.UntilAsync(async () => await RelayInUseAsync() is { Length: > 0 } now && now != relay, $"to leave {relay}");

    /// <summary>The relay that the traffic takes; empty: none at this moment.</summary>
    public async Task<string> RelayInUseAsync()
    {
        using var tunnel = JsonDocument.Parse(await Here.TryGetAsync("/v1/skerry/tunnel") ?? "{\"paths\":[]}");
        var paths = tunnel.RootElement.GetProperty("paths").EnumerateArray().Where(path => path.GetProperty("node").GetString() == "there" && path.GetProperty("sessions").GetInt32() > 0);
        string[] relays = ["relay1", "relay2"];
        return relays.FirstOrDefault(relay => paths.Any(path => path.GetProperty("address").GetString()!.StartsWith($"/ip4/{Lab[relay].Address}/", StringComparison.Ordinal))) ?? "";
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        foreach (var agent in _agents.Values) await agent.DisposeAsync();
        await _service.DisposeAsync();
        await Lab.DisposeAsync();
        _stopping.Dispose();
    }

    private static async Task<IEnumerable<string>> RelaysAsync(AgentProcess agent)
    {
        using var tunnel = JsonDocument.Parse(await agent.TryGetAsync("/v1/skerry/tunnel") ?? "{\"relays\":[]}");
        return [.. tunnel.RootElement.GetProperty("relays").EnumerateArray()
            .Where(relay => relay.GetProperty("reservedUntil").ValueKind != JsonValueKind.Null)
            .Select(relay => relay.GetProperty("node").GetString()!)];
    }

    private static ValueTask EndAsync(Stream stream, CancellationToken cancel)
    {
        ((NetworkStream)stream).Socket.Shutdown(SocketShutdown.Send);
        return ValueTask.CompletedTask;
    }

    private async Task<Stream> CallAsync(CancellationToken cancel)
    {
        var socket = Lab["here"].NewSocket(SocketType.Stream, ProtocolType.Tcp);
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

    private string FileOf(LabHost host, string[] relays)
    {
        var part = host.Name switch
        {
            "there" => $"services: [{"{"} name: orders, address: 127.0.0.1, port: {ServicePort}, exported: true {"}"}]",
            "here" => $"proxy: {"{"} forwards: [{"{"} service: orders, group: works, listen: '{Forward}' {"}"}] {"}"}",
            _ => "",
        };
        // Else a machine that others are shown to reach from the world becomes one by itself, sooner or later.
        var relay = relays.Contains(host.Name) ? "auto" : "never";
        var named = relays.Select(relay => $"{"{"} nodeName: {relay}, advertiseAddress: ['{Lab[relay].Address}'] {"}"}");
        return $$"""
            gossip: { bind: '{{host.Address}}:7946', profile: local }
            edgeTunnel:
              finderPeriod: 2s
              relay: {{relay}}
              relayNodes: [{{string.Join(", ", named)}}]
            {{part}}
            """;
    }
}
