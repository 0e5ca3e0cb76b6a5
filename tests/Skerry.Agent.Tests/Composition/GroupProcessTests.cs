using System.Text;

using Skerry.Agent.CommandLine;
using Skerry.Agent.Configuration;

namespace Skerry.Agent.Tests.Composition;

/// <summary>Whole agents that agree, and what becomes of their groups when some are killed.</summary>
public sealed class GroupProcessTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private readonly string _key = MeshKey.Generate();
    private readonly List<TestPlace> _places = [];
    private readonly List<SkerryProcess> _agents = [];
    private readonly HttpClient _http = new();

    [Fact]
    public async Task The_server_that_is_left_of_three_goes_on_alone_when_it_is_told_so_and_others_join()
    {
        var one = await StartAsync("one", "shop");
        await StartAsync("two", "shop", one.Gossip);
        await StartAsync("three", "shop", one.Gossip);
        await UntilPutAsync(one.Api, "kept", "1");
        Assert.Contains("leads it", (await RecoverAsync(one.Api, "--yes")).Errors, StringComparison.Ordinal);

        foreach (var agent in _agents[1..]) agent.Signal(SkerryProcess.SIGKILL);
        await UntilAsync(async () => (await RecoverAsync(one.Api, "--lost", "two")).Errors.Contains("Not all servers were named as lost: three", StringComparison.Ordinal));
        var plan = await RecoverAsync(one.Api, "--lost", "two", "--lost", "three");
        Assert.Equal(ExitCode.Failed, plan.ExitCode);
        Assert.StartsWith("Nothing has been done.", plan.Output, StringComparison.Ordinal);
        var done = await RecoverAsync(one.Api, "--lost", "two", "--lost", "three", "--yes");
        Assert.True(done.ExitCode == ExitCode.Success, done.Errors);

        await UntilPutAsync(one.Api, "after", "2");
        Assert.Equal("1", await _http.GetStringAsync(new Uri($"http://{one.Api}/v1/kv/kept?raw")));
        var four = await StartAsync("four", "shop", one.Gossip);
        await UntilAsync(async () => (await SkerryProcess.RunAsync("group", "status", "--address", one.Api)).Output.Contains("four", StringComparison.Ordinal));
        await UntilAsync(async () => await TryGetAsync(four.Api, "kept") == "1" && await TryGetAsync(four.Api, "after") == "2");
    }

    [Fact]
    public async Task A_call_for_another_group_is_answered_there_and_the_loss_of_a_group_changes_nothing_here()
    {
        var shop = await StartAsync("shop-1", "shop", expect: 1);
        var bridge = $"edgeTunnel: {{ relayNodes: [{{ nodeName: shop-1, advertiseAddress: ['{_places[0].Host}'] }}] }}";
        var works = await StartAsync("works-1", "works", expect: 1, more: bridge);
        await UntilPutAsync(shop.Api, "whose", "shop's");
        await UntilPutAsync(works.Api, "whose", "works'");
        await UntilAsync(async () => await TryGetAsync(shop.Api, "whose", "&dc=works") == "works'");
        await UntilAsync(async () => await TryGetAsync(works.Api, "whose", "&dc=shop") == "shop's");

        await UntilPutAsync(shop.Api, "sent", "from shop", "?dc=works");
        Assert.Equal("from shop", await TryGetAsync(works.Api, "sent"));
        Assert.Null(await TryGetAsync(shop.Api, "sent"));
        Assert.Contains("works-1", await _http.GetStringAsync(new Uri($"http://{shop.Api}/v1/operator/raft/configuration?dc=works")), StringComparison.Ordinal);
        Assert.Contains("works-1", (await SkerryProcess.RunAsync("group", "status", "--group", "works", "--address", shop.Api)).Output, StringComparison.Ordinal);
        Assert.Equal((500, "No path to datacenter"), await AskAsync(HttpMethod.Get, shop.Api, "/v1/kv/whose?dc=moon"));
        // What changes the other group itself is asked there.
        Assert.Equal(400, (await AskAsync(HttpMethod.Delete, shop.Api, "/v1/operator/raft/peer?id=1&dc=works")).Status);
        Assert.Equal(400, (await AskAsync(HttpMethod.Get, shop.Api, "/v1/snapshot?dc=works")).Status);

        _agents[1].Signal(SkerryProcess.SIGKILL);
        await UntilAsync(async () => await AskAsync(HttpMethod.Get, shop.Api, "/v1/kv/whose?dc=works") is (500, var text) && text.StartsWith("No path to datacenter works", StringComparison.Ordinal));
        await UntilPutAsync(shop.Api, "whose", "still shop's");
        Assert.Equal("still shop's", await TryGetAsync(shop.Api, "whose"));
    }

    private async Task<(int Status, string Text)> AskAsync(HttpMethod method, string api, string path)
    {
        using var request = new HttpRequestMessage(method, $"http://{api}{path}");
        using var answer = await _http.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in _agents) await agent.DisposeAsync();
        foreach (var place in _places) place.Dispose();
        _http.Dispose();
    }

    private static Task<(int ExitCode, string Output, string Errors)> RecoverAsync(string api, params string[] more) =>
        SkerryProcess.RunAsync(["group", "recover", "--address", api, .. more]);

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!await holds())
        {
            Assert.False(limit.IsCancellationRequested, "It did not come to be.");
            await Task.Delay(50); // between two polls of the condition
        }
    }

    private Task UntilPutAsync(string api, string key, string value, string query = "") => UntilAsync(async () =>
    {
        using var body = new StringContent(value, Encoding.UTF8);
        using var answer = await _http.PutAsync(new Uri($"http://{api}/v1/kv/{key}{query}"), body);
        return answer.IsSuccessStatusCode;
    });

    private async Task<string?> TryGetAsync(string api, string key, string query = "")
    {
        using var answer = await _http.GetAsync(new Uri($"http://{api}/v1/kv/{key}?raw{query}"));
        return answer.IsSuccessStatusCode ? await answer.Content.ReadAsStringAsync() : null;
    }

    private async Task<(string Api, string Gossip)> StartAsync(string node, string group, string? join = null, int expect = 3, string more = "")
    {
        var place = new TestPlace();
        _places.Add(place);
        var file = place.File("skerry.yaml");
        await File.WriteAllTextAsync(file, $$"""
            node: { name: {{node}}, group: {{group}} }
            key: {{_key}}
            dataDirectory: {{place.File("data")}}
            gossip: { bind: '{{place.Host}}:7946', profile: local, join: [{{join}}] }
            api: { address: '{{place.Host}}:0' }
            proxy: { dns: { enable: false } }
            manifest: { role: server, bootstrapExpect: {{expect}}, etcd: '{{place.Host}}:0' }
            {{more}}
            """);
        var agent = SkerryProcess.Start("agent", "--config", file);
        _agents.Add(agent);
        return ((await agent.UntilReadyAsync()).ToString(), $"'{place.Host}:7946'");
    }
}
