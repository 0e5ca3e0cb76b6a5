using System.Collections.Concurrent;

using Skerry.Lab.Fabric;

namespace Skerry.Lab.Tunnels;

/// <summary>The tunnel's nodes of a lab. What one announces all others are told, at once and past all cuts: that part belongs to gossip, which is not tested here.</summary>
internal sealed class Mesh(Testbed lab) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, TunnelProcess> _nodes = [];
    private readonly ConcurrentDictionary<string, KnownRoutes> _known = [];

    public TunnelProcess this[string name] => _nodes[name];

    /// <summary>How long sessions may be without a path.</summary>
    public TimeSpan ResumeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Starts a relay at a public host.</summary>
    public Task StartRelayAsync(string name) => StartAsync(name, isRelay: true, []);

    /// <summary>Starts a node that names relays.</summary>
    public Task StartAsync(string name, params IReadOnlyList<string> relays) => StartAsync(name, isRelay: false, relays);

    /// <summary>Starts a node again that was killed.</summary>
    public async Task RunAsync(string name)
    {
        var node = _nodes[name];
        await node.RunAsync();
        foreach (var routes in _known.Values.Where(routes => routes.Node != name)) node.Tell(new TunnelRequest { Do = "know", Routes = routes });
    }

    /// <summary>As the operator of a node would write a relay down.</summary>
    public NamedRelay Named(string relay) => new(relay, [$"/ip4/{lab[relay].Address}/tcp/{TunnelProcess.Port}"]);

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes.Values) await node.DisposeAsync();
    }

    private async Task StartAsync(string name, bool isRelay, IReadOnlyList<string> relays)
    {
        var start = new TunnelRequest
        {
            Do = "start",
            Node = name,
            Listen = [$"/ip4/0.0.0.0/tcp/{TunnelProcess.Port}"],
            IsRelay = isRelay,
            Relays = [.. relays.Select(Named)],
            ResumeSeconds = ResumeTimeout.TotalSeconds,
        };
        _nodes[name] = new TunnelProcess(lab[name], start, Spread);
        await RunAsync(name);
    }

    private void Spread(KnownRoutes routes)
    {
        _known[routes.Node] = routes;
        foreach (var node in _nodes.Values.Where(node => node.Name != routes.Node && node.IsRunning)) node.Tell(new TunnelRequest { Do = "know", Routes = routes });
    }
}
