using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

using Skerry.Agent.CommandLine;
using Skerry.Agent.CommandLine.Documents;
using Skerry.Agent.Configuration;

namespace Skerry.Agent.Demo;

/// <summary>One node of the demo: its agent, and an instance of the service if it has one.</summary>
internal sealed class DemoNode : IDisposable
{
    public const string ServiceName = "hello";

    /// <summary>The pipeline of all gateways.</summary>
    public const string PipelineName = "demo";

    /// <summary>What the pipeline adds to each answer once it was changed.</summary>
    public const string PipelineHeader = "X-Demo";

    /// <summary>What an agent's own readiness is noted as.</summary>
    public const string AgentSubject = "its own agent";

    /// <summary>What the relays of a node are noted as, each <c>held</c>.</summary>
    public const string RelaySubject = "relay ";

    private readonly DemoDirectory _directory;
    private readonly Sightings _sightings;
    private readonly string _configuration;
    private readonly List<double> _resumed = [];
    private ChildProcess? _agent;
    private ChildProcess? _instance;
    private HealthWatch? _health;

    /// <param name="name">Its name.</param>
    /// <param name="group">Its site.</param>
    /// <param name="host">The loopback address that is its own.</param>
    /// <param name="role">What runs on it.</param>
    /// <param name="directory">Where its files go.</param>
    /// <param name="sightings">Takes in what its agent sees.</param>
    public DemoNode(string name, string group, IPAddress host, DemoRole role, DemoDirectory directory, Sightings sightings)
    {
        Name = name;
        Group = group;
        Role = role;
        _directory = directory;
        _sightings = sightings;
        Gossip = FreePort.Find(host);
        Api = FreePort.Find(host);
        Service = FreePort.Find(host);
        Tunnel = FreePort.Find(host);
        Etcd = FreePort.Find(host);
        // Nodes that agree on their gateways have the same listener, and on one machine each a port of its own.
        Gateway = role == DemoRole.Relay ? null : IsServer ? new IPEndPoint(IPAddress.Loopback, 0) : FreePort.Find(host);
        _configuration = directory.File(name + ".yaml");
    }

    public string Name { get; }

    public string Group { get; }

    public DemoRole Role { get; }

    public string InstanceId => ServiceName + "-" + Name;

    public IPEndPoint Gossip { get; }

    public IPEndPoint Api { get; }

    public IPEndPoint Service { get; }

    /// <summary>Where the tunnel listens, if the node is a relay; the others take no connection in.</summary>
    public IPEndPoint Tunnel { get; }

    /// <summary>Where etcd's clients are answered, if the node's site agrees on something.</summary>
    public IPEndPoint Etcd { get; }

    /// <summary>Where the gateway is told to listen; null: there is none on this node.</summary>
    public IPEndPoint? Gateway { get; }

    /// <summary>Whether it has a vote in what its site agrees on.</summary>
    public bool IsServer => Role is DemoRole.Service or DemoRole.Voter;

    public int AgentProcess => _agent?.Id ?? 0;

    public int InstanceProcess => _instance?.Id ?? 0;

    /// <summary>What its agent said last, in its words.</summary>
    public IEnumerable<string> LastMessages => (_agent?.LastLines ?? []).Select(line => (Parse(line, "message") ?? line).Trim());

    /// <summary>For how many milliseconds each connection was without a path before it went on over another.</summary>
    public IReadOnlyList<double> Resumed
    {
        get
        {
            lock (_resumed) return [.. _resumed];
        }
    }

    /// <summary>Writes the configuration that its agent is started with.</summary>
    public void Configure(string key, IReadOnlyCollection<DemoNode> all)
    {
        var neighbours = all.Where(other => other != this && other.Group == Group);
        var relays = all.Where(other => other.Role == DemoRole.Relay);
        var gateway = Gateway is null ? "" : $$"""

            gateway:
              listeners:
                - { name: http, address: '{{Gateway}}' }
              pipelines:
                - name: {{PipelineName}}
                  plugins:
                    - route: { path: / }
                    - upstream: { service: {{ServiceName}} }
            """;
        var servers = all.Count(other => other.IsServer && other.Group == Group).ToString(CultureInfo.InvariantCulture);
        var manifest = IsServer ? $"\nmanifest: {{ role: server, bootstrapExpect: {servers}, etcd: '{Etcd}' }}" : "";
        File.WriteAllText(_configuration, $$"""
            node: { name: {{Name}}, group: {{Group}} }
            dataDirectory: {{_directory.File(Name)}}
            key: '{{key}}'
            gossip:
              bind: '{{Gossip}}'
              profile: local
              join: [{{string.Join(", ", neighbours.Select(other => $"'{other.Gossip}'"))}}]
            api: { address: '{{Api}}' }
            edgeTunnel:
              mode: {{(Role == DemoRole.Relay ? "serverAndClient" : "clientOnly")}}
              listenPort: {{Tunnel.Port.ToString(CultureInfo.InvariantCulture)}}
              finderPeriod: 1s
              relayNodes: [{{string.Join(", ", relays.Select(relay => $"{{ nodeName: {relay.Name}, advertiseAddress: ['{relay.Tunnel}'] }}"))}}]
            proxy: { dns: { enable: false } }
            log: { format: json }
            """ + manifest + gateway + "\n");
    }

    public void StartAgent()
    {
        _agent = new ChildProcess(["agent", "--config", _configuration, "--end-with-parent", _directory.Path], OnLogLine);
        _health = new HealthWatch(Name, Api, Group == DemoStory.FarSite ? "" : DemoStory.FarSite, _sightings);
    }

    public void StartInstance() =>
        _instance = new ChildProcess(["demo-service", "--node", Name, "--listen", Service.ToString(), "--end-with-parent", _directory.Path], _ => { });

    /// <summary>Registers the instance with the node's agent, as any client would.</summary>
    public async Task RegisterInstanceAsync(CancellationToken cancellation)
    {
        using var client = new AgentClient(Api.ToString());
        var service = new ServiceConfiguration
        {
            Name = ServiceName,
            Id = InstanceId,
            Address = Service.Address.ToString(),
            Port = Service.Port,
            Exported = true,
            Checks = [new CheckConfiguration { Http = new Uri($"http://{Service}/health"), Interval = TimeSpan.FromSeconds(1), Timeout = TimeSpan.FromSeconds(1) }],
        };
        await client.PutAsync("v1/agent/service/register", RegistrationDocument.Of(service), ApiJson.Default.RegistrationDocument, cancellation);
    }

    /// <summary>The relayed connections of its tunnel that carry something, and where each leads.</summary>
    public async Task<IReadOnlyList<PathResult>> UsedPathsAsync(CancellationToken cancellation)
    {
        using var client = new AgentClient(Api.ToString());
        var tunnel = await client.GetAsync("v1/skerry/tunnel", ResultJson.Readable.TunnelResult, cancellation);
        return [.. tunnel.Paths.Where(path => path is { Path: "relayed", Sessions: > 0 })];
    }

    /// <summary>Where its gateway listens.</summary>
    public async Task<Uri> GatewayAsync(CancellationToken cancellation)
    {
        using var client = new AgentClient(Api.ToString());
        return new Uri($"http://{(await client.GetAsync("v1/skerry/gateway", ResultJson.Readable.GatewayStateResult, cancellation)).Listeners[0].Address}/");
    }

    /// <summary>Changes the pipeline that its site has agreed on; completes when the group has it.</summary>
    /// <returns>The revision it has now.</returns>
    public async Task<long> ChangePipelineAsync(CancellationToken cancellation)
    {
        var changed = $$"""
            pipelines:
              - name: {{PipelineName}}
                plugins:
                  - route: { path: / }
                  - headers: { response: { set: { {{PipelineHeader}}: changed } } }
                  - upstream: { service: {{ServiceName}} }
            """;
        using var client = new AgentClient(Api.ToString());
        return (await client.ChangeAsync(HttpMethod.Put, "v1/skerry/gateway/objects", changed, null, ResultJson.Readable.GatewayOutcomeResult, cancellation)).Revision;
    }

    /// <summary>Asks its gateway until the answer is the changed pipeline's.</summary>
    /// <returns>How long after <paramref name="since"/> that was; null: not within the patience.</returns>
    public async Task<TimeSpan?> UntilChangedAsync(long since, TimeSpan patience, CancellationToken cancellation)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var gateway = await GatewayAsync(cancellation);
        while (Stopwatch.GetElapsedTime(since) < patience)
        {
            using var answer = await http.GetAsync(gateway, cancellation);
            if (answer.Headers.Contains(PipelineHeader)) return Stopwatch.GetElapsedTime(since);
            await Task.Delay(5, cancellation);
        }

        return null;
    }

    /// <summary>Who leads the group that its site agrees in; null: nobody, or not all of its servers are in it yet.</summary>
    public async Task<string?> LeaderAsync(int servers, CancellationToken cancellation)
    {
        using var client = new AgentClient(Api.ToString());
        try
        {
            var group = await client.GetAsync("v1/skerry/group", ResultJson.Readable.GroupResult, cancellation);
            return group.Members.Length == servers ? group.Leader : null;
        }
        catch (CommandFailedException)
        {
            return null;
        }
    }

    /// <summary>The keys that begin with a prefix, as the group has them when it is asked through this node.</summary>
    public async Task<IReadOnlyList<string>> KeysAsync(string prefix, CancellationToken cancellation)
    {
        using var client = new AgentClient(Api.ToString());
        return await client.GetAsync($"v1/kv/{prefix}?keys&consistent", ApiJson.Default.StringArray, cancellation);
    }

    public void KillInstance()
    {
        _instance?.Dispose();
        _instance = null;
    }

    /// <summary>Kills the agent and what runs on the node; what the agent saw dies with it.</summary>
    public async Task KillAsync()
    {
        _agent?.Dispose();
        _agent = null;
        KillInstance();
        if (_health is not null) await _health.DisposeAsync();
        _health = null;
        _sightings.Forget(Name);
    }

    public void Dispose()
    {
        _agent?.Dispose();
        _instance?.Dispose();
    }

    /// <summary>What the agent's own log says of members, relays and connections.</summary>
    private void OnLogLine(string text)
    {
        var (part, what) = (Parse(text, "part"), Parse(text, "event"));
        if (part == "agent" && what == "Ready") _sightings.Note(Name, AgentSubject, "ready");
        if (part == "tunnel") OnTunnelLine(text, what);
        if (part != "gossip" || Parse(text, "node") is not { } member) return;
        var state = what switch
        {
            "Joined" => "alive",
            "Failed" => "failed",
            "Left" => "left",
            _ => null,
        };
        if (state is not null) _sightings.Note(Name, member, state);
    }

    private void OnTunnelLine(string text, string? what)
    {
        if (what == "Reserved") _sightings.Note(Name, RelaySubject + Parse(text, "relay"), "held");
        if (what == "RelayLost") _sightings.Note(Name, RelaySubject + Parse(text, "relay"), "lost");
        if (what != "Resumed" || !double.TryParse(Parse(text, "milliseconds"), CultureInfo.InvariantCulture, out var took)) return;
        lock (_resumed) _resumed.Add(took);
    }

    /// <summary>A field of a line of the log; null when there is none, or it is no such line.</summary>
    private static string? Parse(string line, string field)
    {
        try
        {
            return JsonNode.Parse(line)?[field]?.ToString();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
