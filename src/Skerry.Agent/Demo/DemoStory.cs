using System.Diagnostics;
using System.Globalization;
using System.Net;

using Skerry.Agent.Configuration;

namespace Skerry.Agent.Demo;

/// <summary>The demo from beginning to end: a group forms, a service is reached through the gateway, an instance dies, a node dies, both come back.</summary>
/// <param name="narrator">Tells it.</param>
internal sealed class DemoStory(Narrator narrator) : IAsyncDisposable
{
    /// <summary>For each thing that should be seen. Ten times what it takes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Between the chapters, for the reader and for some requests.</summary>
    private static readonly TimeSpan Breath = TimeSpan.FromSeconds(1.5);

    private static readonly string[] Names = ["gate", "north", "south"];

    private readonly DemoDirectory _directory = new();
    private readonly Sightings _sightings = new();
    private readonly List<string> _missed = [];
    private DemoNode[] _nodes = [];
    private RequestStream? _requests;

    private DemoNode Gate => _nodes[0];

    private DemoNode North => _nodes[1];

    private DemoNode South => _nodes[2];

    /// <summary>What should have been seen and was not, and requests that failed; empty: all went well.</summary>
    public IReadOnlyList<string> Shortcomings =>
        _requests is { Failed: > 0 } ? [.. _missed, $"{_requests.Failed} of {_requests.Sent} requests failed, the first with: {_requests.FirstFailure}"] : _missed;

    /// <summary>Whether the story was told to its end.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Tells the story; the group and the stream of requests are left running.</summary>
    public async Task TellAsync(CancellationToken cancellation)
    {
        Func<CancellationToken, Task>[] chapters = [FormGroupAsync, StartServiceAsync, LoseInstanceAsync, RegainInstanceAsync, LoseNodeAsync, RegainNodeAsync];
        foreach (var chapter in chapters)
        {
            await chapter(cancellation);
            if (_missed.Count > 0) break; // what follows builds on what did not come
        }

        narrator.Chapter(Shortcomings.Count == 0 ? "The end: an instance and a node died and came back, and no request failed." : "The end, with something missing:");
        TellRequests();
        HasEnded = true;
        foreach (var shortcoming in Shortcomings) narrator.Bad(shortcoming);
    }

    /// <summary>Lists what a reader can try while the group stays up.</summary>
    public void TellWhatToTry()
    {
        narrator.Plain($"""

              Try:  curl http://{Gate.Gateway}/
                    curl http://{Gate.Api}/v1/health/service/{DemoNode.ServiceName}?pretty
                    skerry members --address {Gate.Api}
                    kill -9 {North.InstanceProcess}     the instance on north; or {North.AgentProcess}, its agent

            """);
        foreach (var node in _nodes) narrator.Plain($"  {node.Name,-6} API http://{node.Api}  gossip {node.Gossip}  agent process {node.AgentProcess}");
        narrator.Plain("\n  Requests go on, and what the agents see is told here. Ctrl+C ends everything.");
        _sightings.Listen((observer, subject, state) =>
        {
            var text = $"{observer} sees: {subject} is {state} ({_requests?.Sent} requests, {_requests?.Failed} failed)";
            if (state is "alive" or "passing") narrator.Good(text);
            else narrator.Bad(text);
        });
    }

    public async ValueTask DisposeAsync()
    {
        narrator.Silence();
        if (_requests is not null) await _requests.DisposeAsync();
        foreach (var node in _nodes) await node.KillAsync();
        _directory.Dispose();
    }

    private async Task FormGroupAsync(CancellationToken cancellation)
    {
        narrator.Chapter("Three agents, each a process with an address of its own, gossip encrypted with a fresh key");
        narrator.Aside("timers of the profile 'local', made for one machine; between machines 'lan' takes a little longer to be sure");
        // Each demo takes addresses of its own, so that several on one machine are not in each other's way.
        var subnet = (byte)Random.Shared.Next(1, 255);
        _nodes = [.. Names.Select((name, index) => new DemoNode(name, new IPAddress([127, 0, subnet, (byte)(11 + index)]), hasGateway: index == 0, _directory, _sightings))];
        var key = MeshKey.Generate();
        var started = Stopwatch.GetTimestamp();
        foreach (var node in _nodes)
        {
            node.Configure(key, _nodes.Where(other => other != node));
            node.StartAgent();
            narrator.Say($"{node.Name}: agent started, process {node.AgentProcess}, API http://{node.Api}");
        }

        await SeenAsync("all parts have started", _nodes, DemoNode.AgentSubject, "ready", started, cancellation);
        foreach (var node in _nodes) await SeenAsync($"{node.Name} is a member", _nodes.Where(other => other != node), node.Name, "alive", started, cancellation);
    }

    private async Task StartServiceAsync(CancellationToken cancellation)
    {
        narrator.Chapter($"Two instances of the service '{DemoNode.ServiceName}', on north and south, each registered with its own node's agent");
        foreach (var node in (DemoNode[])[North, South])
        {
            node.StartInstance();
            var registered = Stopwatch.GetTimestamp();
            await node.RegisterInstanceAsync(cancellation);
            narrator.Say($"{node.Name}: instance started, process {node.InstanceProcess}, http://{node.Service}/, checked every second");
            await SeenAsync($"{node.InstanceId} passes", _nodes, node.InstanceId, "passing", registered, cancellation);
            if (_missed.Count > 0) return;
        }

        narrator.Say($"gate: the gateway at http://{Gate.Gateway}/ sends requests to both; 200 a second from now on");
        _requests = new RequestStream(new Uri($"http://{Gate.Gateway}/"));
        _requests.Start();
        await AnsweredAsync(North, cancellation);
        await AnsweredAsync(South, cancellation);
        await Task.Delay(Breath, cancellation);
        TellRequests();
    }

    private async Task LoseInstanceAsync(CancellationToken cancellation)
    {
        narrator.Chapter($"kill -9 {South.InstanceProcess}: the instance on south dies");
        var killed = Stopwatch.GetTimestamp();
        South.KillInstance();
        await SeenAsync($"{South.InstanceId} is critical", _nodes, South.InstanceId, "critical", killed, cancellation, isBad: true);
        await Task.Delay(Breath, cancellation);
        TellRequests();
    }

    private async Task RegainInstanceAsync(CancellationToken cancellation)
    {
        narrator.Chapter("The instance on south comes back");
        var started = Stopwatch.GetTimestamp();
        South.StartInstance();
        await SeenAsync($"{South.InstanceId} passes", _nodes, South.InstanceId, "passing", started, cancellation);
        await AnsweredAsync(South, cancellation);
        await Task.Delay(Breath, cancellation);
        TellRequests();
    }

    private async Task LoseNodeAsync(CancellationToken cancellation)
    {
        narrator.Chapter($"kill -9 {South.AgentProcess} {South.InstanceProcess}: the whole node south dies, agent and instance");
        var killed = Stopwatch.GetTimestamp();
        await South.KillAsync();
        DemoNode[] survivors = [Gate, North];
        await SeenAsync("south has failed", survivors, South.Name, "failed", killed, cancellation, isBad: true);
        await SeenAsync($"{South.InstanceId} is critical", survivors, South.InstanceId, "critical", killed, cancellation, isBad: true);
        await Task.Delay(Breath, cancellation);
        TellRequests();
    }

    private async Task RegainNodeAsync(CancellationToken cancellation)
    {
        narrator.Chapter("The node south comes back: its members and registrations are on its disk");
        var started = Stopwatch.GetTimestamp();
        South.StartAgent();
        South.StartInstance();
        narrator.Say($"south: agent started, process {South.AgentProcess}; instance, process {South.InstanceProcess}");
        await SeenAsync("south is a member", [Gate, North], South.Name, "alive", started, cancellation);
        await SeenAsync($"{South.InstanceId} passes", _nodes, South.InstanceId, "passing", started, cancellation);
        await AnsweredAsync(South, cancellation);
        await Task.Delay(Breath, cancellation);
    }

    /// <summary>Waits until all of them see it, each in its own view, and tells after how long each did.</summary>
    private async Task SeenAsync(string what, IEnumerable<DemoNode> observers, string subject, string state, long since, CancellationToken cancellation, bool isBad = false)
    {
        var names = observers.Select(node => node.Name).ToList();
        var views = await _sightings.UntilAllSeeAsync(names, subject, state, since, Patience, cancellation);
        var seen = views.Where(view => view.After is not null)
            .Select(view => string.Create(CultureInfo.InvariantCulture, $"{view.Observer} after {view.After!.Value.TotalMilliseconds:0} ms")).ToList();
        if (seen.Count > 0)
        {
            var text = $"{what}: seen by {string.Join(", ", seen)}";
            if (isBad) narrator.Bad(text);
            else narrator.Good(text);
        }

        foreach (var (observer, _) in views.Where(view => view.After is null))
        {
            _missed.Add($"'{what}' was not seen by {observer} within {Patience.TotalSeconds:0} s");
            foreach (var line in _nodes.First(node => node.Name == observer).LastMessages) narrator.Aside($"{observer} said: {line}");
        }
    }

    /// <summary>Waits until a request was answered by the node's instance.</summary>
    private async Task AnsweredAsync(DemoNode node, CancellationToken cancellation)
    {
        var before = _requests!.AnsweredBy(node.Name);
        var since = Stopwatch.GetTimestamp();
        while (_requests.AnsweredBy(node.Name) == before)
        {
            if (Stopwatch.GetElapsedTime(since) > Patience)
            {
                _missed.Add($"no request was answered by the instance on {node.Name} within {Patience.TotalSeconds:0} s");
                return;
            }

            await Task.Delay(20, cancellation);
        }
    }

    private void TellRequests()
    {
        if (_requests is null) return;
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{_requests.Sent} requests so far, {_requests.Failed} failed; north answered {_requests.AnsweredBy(North.Name)}, south {_requests.AnsweredBy(South.Name)}; slowest since the last count {_requests.TakeSlowest().TotalMilliseconds:0} ms");
        if (_requests.Failed == 0) narrator.Good(text);
        else narrator.Bad($"{text}; first failure: {_requests.FirstFailure}");
    }
}
