using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

using Skerry.Agent.Configuration;

namespace Skerry.Agent.Tests.Composition;

/// <summary>Three whole agents that agree on their gateways.</summary>
public sealed class GatewayGroupTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly string _key = MeshKey.Generate();
    private readonly TestPlace[] _places = [new(), new(), new()];
    private readonly List<SkerryProcess> _agents = [];
    private readonly List<IPEndPoint> _apis = [];
    private readonly HttpClient _http = new();

    [Fact]
    public async Task A_pipeline_changed_at_one_node_is_live_on_all_and_goes_on_changing_without_the_leader()
    {
        for (var i = 0; i < 3; i++) await StartAsync(i);
        await UntilAppliedAsync(1, Listeners("127.0.0.1:0") + Pipeline("/a"));
        await UntilAnsweredAsync([0, 1, 2], "/a");

        var bad = await CommandAsync(0, "pipelines: [{ name: web, listeners: [none], plugins: [] }]\n", "apply");
        Assert.Equal(2, bad.ExitCode);
        Assert.Contains("file.yaml:1:37: pipelines[0].listeners: there is no listener 'none'; allowed: http", bad.Errors, StringComparison.Ordinal);
        Assert.Equal(0, (await CommandAsync(2, Pipeline("/b"), "apply")).ExitCode);
        await UntilAnsweredAsync([0, 1, 2], "/b");
        Assert.Equal(1, (await CommandAsync(0, Pipeline("/c"), "apply", "--if-match", "web=1")).ExitCode);

        // They share a machine here: one of them gets the port, and to the others it is in use.
        var port = FreePort();
        await UntilAppliedAsync(0, Listeners("127.0.0.1:0", $"{_places[0].Host}:{port}"));
        foreach (var node in new[] { 0, 1, 2 }) await UntilListedAsync(node, list => Count(list, $"cannot listen on {_places[0].Host}:{port}") == 2);
        await UntilAppliedAsync(1, Pipeline("/c"));
        await UntilAnsweredAsync([0, 1, 2], "/c");
        await UntilAppliedAsync(1, "", "--prune");
        await UntilListedAsync(0, list => Count(list, "current") == 3);
        await UntilAppliedAsync(1, Listeners("127.0.0.1:0") + Pipeline("/b"));
        await UntilAppliedAsync(1, Pipeline("/d"));

        var leader = await LeaderAsync();
        _agents[leader].Signal(SkerryProcess.SIGKILL);
        await _agents[leader].ExitAsync();
        int[] left = [.. Enumerable.Range(0, 3).Where(i => i != leader)];
        await UntilAppliedAsync(left[0], Pipeline("/e"));
        await UntilAnsweredAsync(left, "/e");
        var rollback = await SkerryProcess.RunAsync("pipeline", "rollback", "web", "--address", _apis[left[1]].ToString());
        Assert.Contains("pipeline/web changed", rollback.Output, StringComparison.Ordinal);
        await UntilAnsweredAsync(left, "/d");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in _agents) await agent.DisposeAsync();
        foreach (var place in _places) place.Dispose();
        _http.Dispose();
    }

    private static string Listeners(params string[] addresses) =>
        $"listeners: [{string.Join(", ", addresses.Select((address, i) => $"{{ name: {(i == 0 ? "http" : $"http{i}")}, address: '{address}' }}"))}]\n";

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    private static string Pipeline(string path) => $"pipelines: [{{ name: web, plugins: [{{ route: {{ path: {path} }} }}, {{ upstream: {{ service: nobody }} }}] }}]\n";

    /// <summary>A port that nobody has on any address.</summary>
    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Any, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }

    private async Task StartAsync(int index)
    {
        var place = _places[index];
        var more = $$"""
            key: '{{_key}}'
            proxy: { dns: { enable: false } }
            manifest: { role: server, bootstrapExpect: 3, etcd: '{{place.Host}}:0' }

            """;
        var agent = SkerryProcess.Start("agent", "--config", place.Configure(more, $"n{index}"));
        _agents.Add(agent);
        _apis.Add(await agent.UntilReadyAsync());
        if (index == 0) return;
        var gossip = (await _agents[0].UntilLineAsync("Ready: HTTP API at")).Split("gossip at ")[1].Split(',')[0];
        (await _http.PutAsync(new Uri($"http://{_apis[index]}/v1/agent/join/{gossip}"), content: null)).EnsureSuccessStatusCode();
    }

    private async Task<(int ExitCode, string Output, string Errors)> CommandAsync(int node, string text, params string[] verb)
    {
        var file = _places[node].File("file.yaml");
        await File.WriteAllTextAsync(file, text);
        return await SkerryProcess.RunAsync(["pipeline", .. verb, "-f", file, "--address", _apis[node].ToString()]);
    }

    /// <summary>Until the group has a leader, changes are refused and said to be.</summary>
    private Task UntilAppliedAsync(int node, string text, params string[] options) => UntilAsync(async () =>
    {
        var run = await CommandAsync(node, text, ["apply", .. options]);
        return run.ExitCode == 0 ? null : run.Errors;
    });

    private Task UntilListedAsync(int node, Func<string, bool> isExpected) => UntilAsync(async () =>
    {
        var run = await SkerryProcess.RunAsync("pipeline", "list", "--address", _apis[node].ToString());
        return isExpected(run.Output) ? null : run.Output + run.Errors;
    });

    /// <summary>Until a pipeline takes the path: nobody runs its service.</summary>
    private async Task UntilAnsweredAsync(int[] nodes, string path)
    {
        foreach (var node in nodes)
        {
            await UntilAsync(async () =>
            {
                if (await ListenerAsync(node) is not { } listener) return $"{path} at {node}: no listener";
                using var answer = await _http.GetAsync(new Uri($"http://{listener}{path}"));
                return answer.StatusCode == HttpStatusCode.ServiceUnavailable ? null : $"{path} at {node}: {answer.StatusCode}";
            });
        }
    }

    private async Task<string?> ListenerAsync(int node)
    {
        using var answer = await _http.GetAsync(new Uri($"http://{_apis[node]}/v1/skerry/gateway"));
        if (!answer.IsSuccessStatusCode) return null;
        var state = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        return (string?)state["listeners"]!.AsArray().FirstOrDefault(listener => (string?)listener!["name"] == "http")?["address"];
    }

    private async Task<int> LeaderAsync()
    {
        var leader = -1;
        await UntilAsync(async () =>
        {
            // Of all lines of all agents, the newest that names a leader.
            var line = _agents.SelectMany(agent => agent.Output).Where(text => text.Contains("the leader is n", StringComparison.Ordinal)).Order(StringComparer.Ordinal).LastOrDefault();
            leader = line is null ? -1 : line[line.IndexOf("the leader is n", StringComparison.Ordinal) + "the leader is n".Length] - '0';
            await Task.Yield();
            return leader is >= 0 and < 3 ? null : "no leader is named";
        });
        return leader;
    }

    /// <summary>Tries until nothing is said against it.</summary>
    private static async Task UntilAsync(Func<Task<string?>> tryIt)
    {
        var limit = Task.Delay(Limit); // a poll's bound
        while (await tryIt() is { } objection)
        {
            Assert.False(limit.IsCompleted, objection);
            await Task.WhenAny(Task.Delay(100), limit); // a poll
        }
    }
}
