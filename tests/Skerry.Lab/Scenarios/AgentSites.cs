using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
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

    /// <summary>How long one call may take before it counts as none.</summary>
    private static readonly TimeSpan CallPatience = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, AgentProcess> _agents = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly EchoService _service;
    private readonly string? _roaming;
    private string[] _relays;
    private Task _running = Task.CompletedTask;

    private AgentSites(Testbed lab, string[] relays, string? roaming)
    {
        (Lab, _relays, _roaming) = (lab, relays, roaming);
        _service = new EchoService(lab["there"], ServicePort);
        Traffic = new Traffic(cancel => CallAsync(Lab["here"], cancel), EndAsync);
    }

    public Testbed Lab { get; }

    public Traffic Traffic { get; }

    public AgentProcess Here => this["here"];

    public AgentProcess this[string node] => _agents[node];

    /// <summary>Starts the agents, and traffic; waits until it flows, and until both sites hold their places at relays.</summary>
    /// <param name="relays">Those of <c>relay1</c> and <c>relay2</c> that the files name.</param>
    /// <param name="started">Told when it flows.</param>
    /// <param name="nat">What the two sites are behind.</param>
    /// <param name="isRoaming">Whether <c>here</c> may be taken to the site <c>mobile</c>.</param>
    /// <param name="isWalled">Whether no packet gets directly from one site to the other until traffic flows.</param>
    public static async Task<AgentSites> StartAsync(string[] relays, Action? started = null, NatKind nat = NatKind.Symmetric, bool isRoaming = false, bool isWalled = false)
    {
        var sites = await MakeAsync(relays, ["there"], nat, isRoaming);
        try
        {
            var wall = isWalled ? await sites.Lab.Site("shop").CutFromAsync(sites.Lab.Site("works").Outside) : null;
            await sites.RunAsync("here", "there", "relay1", "relay2");
            sites._running = sites.Traffic.RunAsync(sites._stopping.Token);
            await sites.UntilMovingAsync();
            if (wall is not null) await wall.DisposeAsync();
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

    /// <summary>Makes the machines, on which nothing runs yet but the service.</summary>
    /// <param name="relays">Those of <c>relay1</c> and <c>relay2</c> that the files name.</param>
    /// <param name="works">The machines of the works: <c>there</c>, and others that call its service as <c>here</c> does.</param>
    /// <param name="nat">What the two sites are behind.</param>
    /// <param name="isRoaming">Whether <c>here</c> may be taken to the site <c>mobile</c>.</param>
    public static async Task<AgentSites> MakeAsync(string[] relays, string[] works, NatKind nat = NatKind.Symmetric, bool isRoaming = false)
    {
        // Another machine is there already, so that the one that comes gets another address than it had.
        SitePlan[] more = isRoaming ? [new SitePlan("mobile", "east", NatKind.Symmetric, "phone")] : [];
        return new AgentSites(
            await Testbed.StartAsync(new LabMap(
            [
                new SitePlan("shop", "east", nat, "here"),
                new SitePlan("works", "west", nat, works),
                new SitePlan("cloud1", "middle", NatKind.None, "relay1"),
                new SitePlan("cloud2", "middle", NatKind.None, "relay2"),
                .. more,
            ])
            {
                Delays = [TwoSites.Way("east", "middle", 12), TwoSites.Way("west", "middle", 14), TwoSites.Way("east", "west", 26), TwoSites.Way("middle", "middle", 1)],
            }),
            relays,
            isRoaming ? "here" : null);
    }

    /// <summary>Starts agents, and waits until their APIs answer.</summary>
    public async Task RunAsync(params string[] nodes)
    {
        var agents = await Task.WhenAll(nodes.Select(async node => (Node: node, Agent: await AgentProcess.StartAsync(Lab[node], FileOf(Lab[node]), Lab[node].Site.Name))));
        foreach (var (node, agent) in agents) _agents.Add(node, agent);
    }

    /// <summary>Names other relays in all files; the agents notice.</summary>
    public Task NameRelaysAsync(string[] relays)
    {
        _relays = relays;
        return Task.WhenAll(_agents.Select(agent => agent.Value.ConfigureAsync(FileOf(Lab[agent.Key]))));
    }

    /// <summary>Waits until a machine calls the service and is answered.</summary>
    public Task UntilCalledAsync(string node) => this[node].UntilAsync(() => TryCallAsync(Lab[node]), "to be answered by the service");

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

    private static async Task<bool> TryCallAsync(LabHost host)
    {
        using var limit = new CancellationTokenSource(CallPatience);
        try
        {
            await using var stream = await CallAsync(host, limit.Token);
            var sent = RandomNumberGenerator.GetBytes(64);
            await stream.WriteAsync(sent, limit.Token);
            var received = new byte[sent.Length];
            await stream.ReadExactlyAsync(received, limit.Token);
            return received.AsSpan().SequenceEqual(sent);
        }
        catch (Exception failed) when (failed is IOException or SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    private string FileOf(LabHost host)
    {
        var part = host.Name switch
        {
            "there" => $"services: [{"{"} name: orders, address: 127.0.0.1, port: {ServicePort}, exported: true {"}"}]",
            "relay1" or "relay2" => "",
            _ => $"proxy: {"{"} forwards: [{"{"} service: orders, group: works, listen: '{Forward}' {"}"}] {"}"}",
        };
        // Else a machine that others are shown to reach from the world becomes one by itself, sooner or later.
        var relay = _relays.Contains(host.Name) ? "auto" : "never";
        var named = _relays.Select(relay => $"{"{"} nodeName: {relay}, advertiseAddress: ['{Lab[relay].Address}'] {"}"}");
        var address = host.Name == _roaming ? IPAddress.Any : host.Address;
        return $$"""
            gossip: { bind: '{{address}}:7946', profile: local }
            edgeTunnel:
              finderPeriod: 2s
              relay: {{relay}}
              relayNodes: [{{string.Join(", ", named)}}]
            {{part}}
            """;
    }
}
