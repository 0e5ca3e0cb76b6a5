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

    /// <summary>What an agent's own readiness is noted as.</summary>
    public const string AgentSubject = "its own agent";

    private readonly DemoDirectory _directory;
    private readonly Sightings _sightings;
    private readonly string _configuration;
    private ChildProcess? _agent;
    private ChildProcess? _instance;
    private HealthWatch? _health;

    /// <param name="name">Its name.</param>
    /// <param name="host">The loopback address that is its own.</param>
    /// <param name="hasGateway">Whether a gateway in front of the service runs on it.</param>
    /// <param name="directory">Where its files go.</param>
    /// <param name="sightings">Takes in what its agent sees.</param>
    public DemoNode(string name, IPAddress host, bool hasGateway, DemoDirectory directory, Sightings sightings)
    {
        Name = name;
        _directory = directory;
        _sightings = sightings;
        Gossip = FreePort.Find(host);
        Api = FreePort.Find(host);
        Service = FreePort.Find(host);
        Gateway = hasGateway ? FreePort.Find(host) : null;
        _configuration = directory.File(name + ".yaml");
    }

    public string Name { get; }

    public string InstanceId => ServiceName + "-" + Name;

    public IPEndPoint Gossip { get; }

    public IPEndPoint Api { get; }

    public IPEndPoint Service { get; }

    /// <summary>Where the gateway listens; null: there is none on this node.</summary>
    public IPEndPoint? Gateway { get; }

    public int AgentProcess => _agent?.Id ?? 0;

    public int InstanceProcess => _instance?.Id ?? 0;

    /// <summary>What its agent said last, in its words.</summary>
    public IEnumerable<string> LastMessages => (_agent?.LastLines ?? []).Select(line => (Parse(line, "message") ?? line).Trim());

    /// <summary>Writes the configuration that its agent is started with.</summary>
    public void Configure(string key, IEnumerable<DemoNode> others)
    {
        var gateway = Gateway is null ? "" : $$"""

            gateway:
              listeners:
                - { name: http, address: '{{Gateway}}' }
              pipelines:
                - name: demo
                  plugins:
                    - route: { path: / }
                    - upstream: { service: {{ServiceName}} }
            """;
        File.WriteAllText(_configuration, $$"""
            node: { name: {{Name}}, group: demo }
            dataDirectory: {{_directory.File(Name)}}
            key: '{{key}}'
            gossip:
              bind: '{{Gossip}}'
              profile: local
              join: [{{string.Join(", ", others.Select(other => $"'{other.Gossip}'"))}}]
            api: { address: '{{Api}}' }
            log: { format: json }
            """ + gateway + "\n");
    }

    public void StartAgent()
    {
        _agent = new ChildProcess(["agent", "--config", _configuration, "--end-with-parent", _directory.Path], OnLogLine);
        _health = new HealthWatch(Name, Api, _sightings);
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
            Checks = [new CheckConfiguration { Http = new Uri($"http://{Service}/health"), Interval = TimeSpan.FromSeconds(1), Timeout = TimeSpan.FromSeconds(1) }],
        };
        await client.PutAsync("v1/agent/service/register", RegistrationDocument.Of(service), ApiJson.Default.RegistrationDocument, cancellation);
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

    /// <summary>What the agent's own log says of other members.</summary>
    private void OnLogLine(string text)
    {
        if (Parse(text, "part") == "agent" && Parse(text, "event") == "Ready") _sightings.Note(Name, AgentSubject, "ready");
        if (Parse(text, "part") != "gossip" || Parse(text, "node") is not { } member) return;
        var state = Parse(text, "event") switch
        {
            "Joined" => "alive",
            "Failed" => "failed",
            "Left" => "left",
            _ => null,
        };
        if (state is not null) _sightings.Note(Name, member, state);
    }

    /// <summary>A field of a line of the log; null when there is none, or it is no such line.</summary>
    private static string? Parse(string line, string field)
    {
        try
        {
            return JsonNode.Parse(line)?[field]?.GetValue<string>();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
