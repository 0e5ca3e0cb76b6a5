using System.Diagnostics;
using System.Globalization;
using System.Net;

using Skerry.Agent.Configuration;

namespace Skerry.Agent.Demo;

/// <summary>
/// The demo from beginning to end: two sites that take no connection in and two relays between them; a service of one is called at the other; an instance dies, the relay
/// in use dies, the site is cut off; all comes back.
/// </summary>
/// <param name="narrator">Tells it.</param>
internal sealed class DemoStory(Narrator narrator) : IAsyncDisposable
{
    /// <summary>The site with the service.</summary>
    public const string FarSite = "factory";

    private const string NearSite = "shop";

    /// <summary>For each thing that should be seen. Ten times what it takes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Between the chapters, for the reader and for some requests.</summary>
    private static readonly TimeSpan Breath = TimeSpan.FromSeconds(1.5);

    private static readonly (string Name, string Group, DemoRole Role)[] Cast =
    [
        ("gate", NearSite, DemoRole.Gate), ("relay1", "cloud1", DemoRole.Relay), ("relay2", "cloud2", DemoRole.Relay), ("north", FarSite, DemoRole.Service), ("south", FarSite, DemoRole.Service),
        ("east", FarSite, DemoRole.Voter),
    ];

    private readonly DemoDirectory _directory = new();
    private readonly Sightings _sightings = new();
    private readonly List<string> _missed = [];
    private DemoNode[] _nodes = [];
    private RequestStream? _requests;

    private DemoNode Gate => _nodes[0];

    private DemoNode[] Relays => _nodes[1..3];

    private DemoNode North => _nodes[3];

    private DemoNode South => _nodes[4];

    private DemoNode East => _nodes[5];

    private DemoNode[] Servers => _nodes[3..];

    private DemoNode[] Hidden => [Gate, North, South];

    /// <summary>What should have been seen and was not, and requests that failed; empty: all went well.</summary>
    public IReadOnlyList<string> Shortcomings =>
        _requests is { Failed: > 0 } ? [.. _missed, $"{_requests.Failed} of {_requests.Sent} requests failed, the first with: {_requests.FirstFailure}"] : _missed;

    /// <summary>Whether the story was told to its end.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Tells the story; the sites and the stream of requests are left running.</summary>
    public async Task TellAsync(CancellationToken cancellation)
    {
        Func<CancellationToken, Task>[] chapters =
        [
            FormSitesAsync, StartServiceAsync, LoseInstanceAsync, RegainInstanceAsync, LoseLeaderAsync, ChangePipelineAsync, LoseRelayAsync, CutOffAsync, HealAsync,
        ];
        foreach (var chapter in chapters)
        {
            await chapter(cancellation);
            if (_missed.Count > 0) break; // what follows builds on what did not come
        }

        narrator.Chapter(Shortcomings.Count == 0 ? "The end: an instance died, a relay died, a site was cut off and came back, and no request failed." : "The end, with something missing:");
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

    private async Task FormSitesAsync(CancellationToken cancellation)
    {
        narrator.Chapter($"Two sites, '{NearSite}' with the node gate and '{FarSite}' with north, south and east; none of the four takes a connection in. Between them two relays");
        narrator.Aside("each agent is a process with an address of its own; one fresh mesh key; gossip timers of the profile 'local', made for one machine");
        // Each demo takes addresses of its own, so that several on one machine are not in each other's way.
        var subnet = (byte)Random.Shared.Next(1, 255);
        _nodes = [.. Cast.Select((one, index) => new DemoNode(one.Name, one.Group, new IPAddress([127, 0, subnet, (byte)(11 + index)]), one.Role, _directory, _sightings))];
        var key = MeshKey.Generate();
        var started = Stopwatch.GetTimestamp();
        foreach (var node in _nodes)
        {
            node.Configure(key, _nodes);
            node.StartAgent();
            narrator.Say($"{node.Name}: agent of site '{node.Group}' started, process {node.AgentProcess}, API http://{node.Api}");
        }

        await SeenAsync("all parts have started", _nodes, DemoNode.AgentSubject, "ready", started, cancellation);
        await SeenAsync("north is a member", [South], North.Name, "alive", started, cancellation);
        await SeenAsync("south is a member", [North], South.Name, "alive", started, cancellation);
        foreach (var relay in Relays) await SeenAsync($"{relay.Name} puts callers through", Hidden, DemoNode.RelaySubject + relay.Name, "held", started, cancellation);
    }

    private async Task StartServiceAsync(CancellationToken cancellation)
    {
        narrator.Chapter($"Two instances of the service '{DemoNode.ServiceName}' at the {FarSite}, on north and south, exported: the {NearSite} sees them, too");
        foreach (var node in (DemoNode[])[North, South])
        {
            node.StartInstance();
            var registered = Stopwatch.GetTimestamp();
            await node.RegisterInstanceAsync(cancellation);
            narrator.Say($"{node.Name}: instance started, process {node.InstanceProcess}, http://{node.Service}/, checked every second");
            await SeenAsync($"{node.InstanceId} passes", Hidden, node.InstanceId, "passing", registered, cancellation);
            if (_missed.Count > 0) return;
        }

        await RoutedAsync(cancellation);
        narrator.Say($"gate: the gateway at http://{Gate.Gateway}/ sends requests through the tunnel to both; 200 a second from now on");
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
        await SeenAsync($"{South.InstanceId} is critical", Hidden, South.InstanceId, "critical", killed, cancellation, isBad: true);
        await Task.Delay(Breath, cancellation);
        TellRequests();
    }

    private async Task RegainInstanceAsync(CancellationToken cancellation)
    {
        narrator.Chapter("The instance on south comes back");
        var started = Stopwatch.GetTimestamp();
        South.StartInstance();
        await SeenAsync($"{South.InstanceId} passes", Hidden, South.InstanceId, "passing", started, cancellation);
        await AnsweredAsync(South, cancellation);
        await Task.Delay(Breath, cancellation);
        TellRequests();
    }

    private async Task LoseLeaderAsync(CancellationToken cancellation)
    {
        narrator.Chapter($"The {FarSite} agrees on keys: north, south and east have founded a group; its leader dies while clients write");
        await using var writes = new WriteStream([.. Servers.Select(node => node.Api)]);
        if (await LeaderAsync(cancellation) is not { } leader) return;
        writes.Start();
        await Task.Delay(Breath, cancellation);
        narrator.Say($"{leader.Name} leads; {writes.Count} writes were acknowledged so far, through all three");
        var killed = Stopwatch.GetTimestamp();
        narrator.Bad($"kill -9 {leader.AgentProcess}: {leader.Name}'s agent dies, and what runs on it");
        await leader.KillAsync();
        if (await writes.NextAsync(killed, Patience, cancellation) is not { } after)
        {
            _missed.Add("no write was accepted after the leader's death");
            return;
        }

        narrator.Good(string.Create(CultureInfo.InvariantCulture, $"the next write is accepted {after.TotalMilliseconds:0} ms later"));
        await Task.Delay(Breath, cancellation);
        leader.StartAgent();
        if (leader.Role == DemoRole.Service) leader.StartInstance();
        await SeenAsync($"{leader.Name} is back", [leader], DemoNode.AgentSubject, "ready", Stopwatch.GetTimestamp(), cancellation);
        await writes.StopAsync();
        foreach (var node in Servers)
        {
            var lost = writes.Keys.Except(await node.KeysAsync(WriteStream.Prefix, cancellation)).Count();
            if (lost > 0) _missed.Add($"{node.Name} lacks {lost} of {writes.Count} acknowledged writes");
            else narrator.Good($"{node.Name}: all {writes.Count} acknowledged writes are there");
        }
    }

    private async Task ChangePipelineAsync(CancellationToken cancellation)
    {
        narrator.Chapter($"The {FarSite} agrees on its gateways, too: the pipeline is changed through east");
        var changed = Stopwatch.GetTimestamp();
        var revision = await East.ChangePipelineAsync(cancellation);
        narrator.Say(string.Create(CultureInfo.InvariantCulture, $"revision {revision} of the pipeline '{DemoNode.PipelineName}' sets the header {DemoNode.PipelineHeader} in each answer; acknowledged after {Stopwatch.GetElapsedTime(changed).TotalMilliseconds:0} ms"));
        foreach (var (node, after) in await Task.WhenAll(Servers.Select(async node => (node, await node.UntilChangedAsync(changed, Patience, cancellation)))))
        {
            if (after is null) _missed.Add($"the changed pipeline was not live on {node.Name} within {Patience.TotalSeconds:0} s");
            else narrator.Good(string.Create(CultureInfo.InvariantCulture, $"{node.Name}: live {after.Value.TotalMilliseconds:0} ms after the change was sent"));
        }
    }

    /// <summary>Waits until the far site has a leader.</summary>
    private async Task<DemoNode?> LeaderAsync(CancellationToken cancellation)
    {
        var since = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(since) < Patience)
        {
            if (await East.LeaderAsync(Servers.Length, cancellation) is { } name) return Array.Find(Servers, node => node.Name == name);
            await Task.Delay(50, cancellation);
        }

        _missed.Add($"the {FarSite} has no leader");
        return null;
    }

    private async Task LoseRelayAsync(CancellationToken cancellation)
    {
        narrator.Chapter($"A download of {DemoService.DownloadLength >> 20} MB begins beside the requests; in the middle of it the relay it comes through is killed");
        var download = new DownloadProbe(new Uri($"http://{Gate.Gateway}/download"));
        var running = download.RunAsync(cancellation);
        var node = await download.Begun.WaitAsync(cancellation);
        var path = (await Gate.UsedPathsAsync(cancellation)).FirstOrDefault(path => path.Node == node);
        var relay = Array.Find(Relays, relay => path?.Address.StartsWith($"/ip4/{relay.Tunnel.Address}/", StringComparison.Ordinal) == true);
        if (relay is null)
        {
            _missed.Add($"the download from '{node}' comes through no relay");
            return;
        }

        var before = Gate.Resumed.Count;
        var killed = Stopwatch.GetTimestamp();
        narrator.Bad($"kill -9 {relay.AgentProcess}: {relay.Name} dies");
        await relay.KillAsync();
        await SeenAsync($"{relay.Name} is lost", Hidden, DemoNode.RelaySubject + relay.Name, "lost", killed, cancellation, isBad: true);
        if (await running is { } wrong) _missed.Add(wrong);
        else narrator.Good($"the download is whole: the checksum of its {DemoService.DownloadLength} bytes holds");
        var resumed = Gate.Resumed.Skip(before).ToList();
        if (resumed.Count == 0) _missed.Add("no connection moved to the other relay");
        else narrator.Good(string.Create(CultureInfo.InvariantCulture, $"{resumed.Count} connections went on over the other relay, the slowest after {resumed.Max():0} ms without a path"));
        TellRequests();
    }

    private async Task CutOffAsync(CancellationToken cancellation)
    {
        narrator.Chapter($"The other relay is killed as well: the {FarSite} is cut off, and goes on inside");
        await _requests!.PauseAsync();
        narrator.Say("the requests from the shop pause: nothing could answer them");
        var killed = Stopwatch.GetTimestamp();
        foreach (var relay in Relays) await relay.KillAsync();
        await SeenAsync($"{North.InstanceId} cannot be reached", [Gate], North.InstanceId, "critical", killed, cancellation, isBad: true);
        foreach (var node in (DemoNode[])[North, South])
        {
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
            var answer = await http.GetStringAsync(await node.GatewayAsync(cancellation), cancellation);
            narrator.Good($"{node.Name}: the {FarSite}'s own users still get '{answer.Trim()}'");
        }
    }

    private async Task HealAsync(CancellationToken cancellation)
    {
        narrator.Chapter("Both relays are back");
        var started = Stopwatch.GetTimestamp();
        foreach (var relay in Relays) relay.StartAgent();
        foreach (var node in (DemoNode[])[North, South]) await SeenAsync($"{node.InstanceId} passes", [Gate], node.InstanceId, "passing", started, cancellation);
        await RoutedAsync(cancellation);
        _requests!.Start();
        await AnsweredAsync(North, cancellation);
        await AnsweredAsync(South, cancellation);
        await Task.Delay(Breath, cancellation);
    }

    /// <summary>Waits until the gateway has a way to the service.</summary>
    private async Task RoutedAsync(CancellationToken cancellation)
    {
        var since = Stopwatch.GetTimestamp();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        while (Stopwatch.GetElapsedTime(since) < Patience)
        {
            using var answer = await http.GetAsync(new Uri($"http://{Gate.Gateway}/"), cancellation);
            if (answer.IsSuccessStatusCode)
            {
                narrator.Good(string.Create(CultureInfo.InvariantCulture, $"gate: the gateway has a way to the service, {Stopwatch.GetElapsedTime(since).TotalMilliseconds:0} ms later"));
                return;
            }

            await Task.Delay(20, cancellation);
        }

        _missed.Add("the gateway found no way to the service");
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
