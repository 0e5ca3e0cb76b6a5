using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Skerry.Interop.Tests.Manifest;

/// <summary>A group of three agents as users run them, and clients of both APIs at all of them.</summary>
public sealed class GroupClientsTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private readonly HttpClient _http = new();
    private readonly List<AgentProcess> _agents = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Consuls_and_etcds_clients_agree_on_one_key_space_and_a_dead_node_lets_its_locks_go()
    {
        foreach (var folder in new[] { "Consul", "Etcd" }) await NodePackages.InstallAsync(NodePackages.FolderOf(folder));
        await RunAsync("Consul", "kv.js", agent => agent.Host.ToString());
        await RunAsync("Etcd", "group.js", agent => $"http://{agent.Host}:2379");

        // What etcd's client wrote, with what Consul's had set beside it.
        Assert.Equal("from etcd", await _http.GetStringAsync(Url(0, "/v1/kv/cross/etcd?raw"), Cancel));
        var entry = (await _http.GetFromJsonAsync<JsonArray>(Url(1, "/v1/kv/cross/consul"), Cancel))![0]!;
        Assert.Equal((42, "changed by etcd"), (entry["Flags"]!.GetValue<int>(), System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(entry["Value"]!.GetValue<string>()))));
        await LoseANodeAsync();
    }

    public async ValueTask InitializeAsync()
    {
        foreach (var name in new[] { "one", "two", "three" })
        {
            _agents.Add(await AgentProcess.StartAsync(name, host => $$"""
                key: AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=
                proxy: { dns: { enable: false } }
                manifest: { role: server, bootstrapExpect: 3, etcd: '{{host}}:2379' }
                """));
        }

        for (var i = 1; i < _agents.Count; i++) (await _http.PutAsync(Url(i, $"/v1/agent/join/{_agents[0].Host}:7946"), null, Cancel)).EnsureSuccessStatusCode();
        using var limit = new CancellationTokenSource(Limit);
        HttpStatusCode answer;
        while ((answer = (await _http.PutAsync(Url(0, "/v1/kv/first"), null, Cancel)).StatusCode) != HttpStatusCode.OK) Assert.False(limit.IsCancellationRequested, $"No group was founded: {answer}");
        // Sessions are bound to their node's health: every node must know of the others'.
        for (var i = 0; i < _agents.Count; i++)
        {
            while ((await _http.GetFromJsonAsync<JsonArray>(Url(i, "/v1/health/state/passing?index=1&wait=1s"), Cancel))!.Count < _agents.Count) Assert.False(limit.IsCancellationRequested, $"Agent {i} knows not all");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in _agents) await agent.DisposeAsync();
        _http.Dispose();
    }

    /// <summary>One node of three is killed: its session ends, and whoever waits for its lock hears of it; another leader, if it led, does the same.</summary>
    private async Task LoseANodeAsync()
    {
        var session = (await (await _http.PutAsync(Url(2, "/v1/session/create"), JsonContent.Create(new { LockDelay = "0s", Behavior = "delete" }), Cancel))
            .Content.ReadFromJsonAsync<JsonObject>(Cancel))!["ID"]!.GetValue<string>();
        Assert.Equal("true", (await (await _http.PutAsync(Url(2, $"/v1/kv/alive?acquire={session}"), new StringContent("three"), Cancel)).Content.ReadAsStringAsync(Cancel)).Trim());
        using var answer = await _http.GetAsync(Url(0, "/v1/kv/alive"), Cancel);
        var index = answer.Headers.GetValues("X-Consul-Index").Single();
        _agents[2].Kill();
        using var limit = new CancellationTokenSource(Limit);
        HttpStatusCode status;
        do
        {
            status = (await _http.GetAsync(Url(0, $"/v1/kv/alive?index={index}&wait=10s"), Cancel)).StatusCode;
            Assert.False(limit.IsCancellationRequested, $"The dead node's key is still there: {status}");
        }
        while (status != HttpStatusCode.NotFound);
        Assert.Empty((await _http.GetFromJsonAsync<JsonArray>(Url(1, $"/v1/session/info/{session}"), Cancel))!);
    }

    private async Task RunAsync(string folder, string program, Func<AgentProcess, string> argument)
    {
        var (exitCode, output) = await NodePackages.RunAsync("node", [Path.Combine(NodePackages.FolderOf(folder), program), .. _agents.Select(argument)]);
        Assert.True(exitCode == 0, $"{program}: {output}");
    }

    private Uri Url(int agent, string path) => new($"http://{_agents[agent].Host}:8500{path}");
}
