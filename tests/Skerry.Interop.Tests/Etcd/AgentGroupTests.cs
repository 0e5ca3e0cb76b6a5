using System.Text.Json;

namespace Skerry.Interop.Tests.Etcd;

/// <summary>Three agents as users run them, and etcdctl at each of them.</summary>
public sealed class AgentGroupTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_group_agrees_whichever_node_is_asked_and_goes_on_without_its_leader()
    {
        await using var one = await StartAsync("one");
        await using var two = await StartAsync("two");
        await using var three = await StartAsync("three");
        AgentProcess[] agents = [one, two, three];
        using (var http = new HttpClient())
        {
            foreach (var other in agents[1..]) (await http.PutAsync(new Uri($"http://{other.Host}:8500/v1/agent/join/{one.Host}:7946"), content: null, Cancel)).EnsureSuccessStatusCode();
        }

        await UntilPutAsync(two, "before", "1");
        foreach (var agent in agents) Assert.Equal("1", await GetAsync(agent, "before"));
        // Whichever is asked knows where clients reach all.
        foreach (var agent in agents)
        {
            var healthy = await EtcdCtl.RunAsync(AddressOf(agent), input: null, "endpoint", "health", "--cluster");
            Assert.All(agents, other => Assert.Contains($"http://{AddressOf(other)} is healthy", healthy.ToString(), StringComparison.Ordinal));
        }

        var leader = await LeaderAsync(agents);
        await RejoinAsync(agents.First(agent => agent != leader), leader);
        leader.Kill();
        var left = agents.Where(agent => agent != leader).ToList();
        await UntilPutAsync(left[0], "after", "2");
        foreach (var agent in left) Assert.Equal(("1", "2"), (await GetAsync(agent, "before"), await GetAsync(agent, "after")));
    }

    private static Task<AgentProcess> StartAsync(string node) => AgentProcess.StartAsync(node, host => $$"""
        key: AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=
        proxy: { dns: { enable: false } }
        manifest: { role: server, bootstrapExpect: 3, etcd: '{{host}}:2379' }
        """);

    private static string AddressOf(AgentProcess agent) => $"{agent.Host}:2379";

    /// <summary>Until the group has a leader, writes are refused and said to be.</summary>
    private static async Task UntilPutAsync(AgentProcess agent, string key, string value)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            var answer = await EtcdCtl.RunAsync(AddressOf(agent), input: null, "put", key, value);
            if (answer.ExitCode == 0) return;
            Assert.False(limit.IsCancellationRequested, $"Not put: {answer.Error}");
        }
    }

    /// <summary>A member is removed, comes back under its name as a learner, and gets its vote when it has caught up: asked of the one it is about.</summary>
    private static async Task RejoinAsync(AgentProcess agent, AgentProcess other)
    {
        var (id, name) = await SelfAsync(agent);
        Assert.Contains("removed from cluster", (await EtcdCtl.RunAsync(AddressOf(agent), input: null, "member", "remove", id)).Output, StringComparison.Ordinal);
        var added = await EtcdCtl.RunAsync(AddressOf(agent), input: null, "member", "add", name, "--learner", $"--peer-urls=http://{name}:2380");
        Assert.True(added.Output.StartsWith($"Member {id} added to cluster", StringComparison.Ordinal), added.ToString());
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            var answer = await EtcdCtl.RunAsync(AddressOf(agent), input: null, "member", "promote", id);
            if (answer.ExitCode == 0) break;
            Assert.False(limit.IsCancellationRequested, $"Not promoted: {answer.Error}");
        }

        Assert.Contains("already exist", (await EtcdCtl.RunAsync(AddressOf(other), input: null, "member", "add", name, $"--peer-urls=http://{name}:2380")).Error, StringComparison.Ordinal);
    }

    private static async Task<(string Id, string Name)> SelfAsync(AgentProcess agent)
    {
        using var list = JsonDocument.Parse((await EtcdCtl.RunAsync(AddressOf(agent), input: null, "member", "list", "-w", "json")).Output);
        var (header, members) = (list.RootElement.GetProperty("header"), list.RootElement.GetProperty("members"));
        var self = members.EnumerateArray().Single(member => member.GetProperty("ID").GetUInt64() == header.GetProperty("member_id").GetUInt64());
        return ($"{self.GetProperty("ID").GetUInt64():x}", self.GetProperty("name").GetString()!);
    }

    private static async Task<string> GetAsync(AgentProcess agent, string key) =>
        (await EtcdCtl.RunAsync(AddressOf(agent), input: null, "get", key, "--print-value-only")).Output.Trim();

    private static async Task<AgentProcess> LeaderAsync(AgentProcess[] agents)
    {
        foreach (var agent in agents)
        {
            using var status = JsonDocument.Parse((await EtcdCtl.RunAsync(AddressOf(agent), input: null, "endpoint", "status", "-w", "json")).Output);
            var said = status.RootElement[0].GetProperty("Status");
            if (said.GetProperty("leader").GetUInt64() == said.GetProperty("header").GetProperty("member_id").GetUInt64()) return agent;
        }

        throw new InvalidOperationException("None of the agents leads.");
    }
}
