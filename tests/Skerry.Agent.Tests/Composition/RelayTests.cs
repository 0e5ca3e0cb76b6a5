using System.Net;

using Skerry.Agent.CommandLine;
using Skerry.Agent.Configuration;

namespace Skerry.Agent.Tests.Composition;

/// <summary>Relays of whole agents, changed while they run: by the command line, and by their files.</summary>
public sealed class RelayTests : IAsyncDisposable
{
    private readonly string _key = MeshKey.Generate();
    private readonly TestPlace _relay = new();
    private readonly TestPlace _hidden = new();
    private readonly List<SkerryProcess> _agents = [];

    [Fact]
    public async Task What_the_command_line_adds_stays_until_the_relays_in_the_file_change()
    {
        await StartAsync("relay1", _relay, "edgeTunnel: { relay: always }\n");
        var (agent, api) = await StartAsync("hidden", _hidden, "edgeTunnel: { mode: clientOnly }\n");
        Assert.DoesNotContain("relay1", await AskAsync(api, "relay", "list"), StringComparison.Ordinal);

        Assert.Equal("relay1 is preferred as a relay.", await AskAsync(api, "relay", "add", "relay1", _relay.Host.ToString()));
        await agent.UntilLineAsync("relay1 puts callers through");
        Configure("hidden", _hidden, "edgeTunnel: { mode: clientOnly }\nlog: { level: debug }\n");
        await agent.UntilLineAsync("in effect: log.level");
        Assert.Matches(@"relay1 +\S+ +\S+ ms +\d+ % +yes +yes +well", await AskAsync(api, "relay", "list"));
        Assert.Contains("relay1", await AskAsync(api, "tunnel", "paths"), StringComparison.Ordinal);
        Assert.Contains("relay1", await AskAsync(api, "tunnel", "peers"), StringComparison.Ordinal);

        Configure("hidden", _hidden, $"edgeTunnel: {{ mode: clientOnly, relayNodes: [{{ nodeName: other, advertiseAddress: ['{_hidden.Host}:1'] }}] }}\nlog: {{ level: debug }}\n");
        await agent.UntilLineAsync("in effect: edgeTunnel.relayNodes");
        await UntilAsync(api, "relay list", list => !list.Contains("relay1", StringComparison.Ordinal));

        Assert.Equal("other is preferred no more.", await AskAsync(api, "relay", "remove", "other"));
        var unknown = await SkerryProcess.RunAsync("relay", "remove", "other", "--address", api.ToString());
        Assert.NotEqual(ExitCode.Success, unknown.ExitCode);
        Assert.Contains("'other' is not among the relays that are preferred", unknown.Errors, StringComparison.Ordinal);
        // Nobody would reach it, and it would give up its places at others for nothing.
        var refused = await SkerryProcess.RunAsync("relay", "add", "hidden", "--address", api.ToString());
        Assert.Contains("This node takes no connections in", refused.Errors, StringComparison.Ordinal);
        Assert.Equal(ExitCode.NotFound, (await SkerryProcess.RunAsync("ping", "nobody", "--address", api.ToString())).ExitCode);
    }

    [Fact]
    public async Task A_node_that_becomes_a_relay_or_is_reached_elsewhere_tells_the_mesh_while_it_runs()
    {
        var (agent, relay) = await StartAsync("relay1", _relay);
        var (_, api) = await StartAsync("hidden", _hidden, "edgeTunnel: { mode: clientOnly }\n", $"join: ['{_relay.Host}:7946'], ");
        Assert.Contains("Relay      no", await AskAsync(relay, "tunnel", "status"), StringComparison.Ordinal);

        // Its own name makes it a relay, at that address besides.
        await AskAsync(relay, "relay", "add", "relay1", "192.0.2.1:4001");
        Assert.Contains("Relay      yes", await AskAsync(relay, "tunnel", "status"), StringComparison.Ordinal);
        await UntilAsync(api, "why relay1", why => why.Contains("/ip4/192.0.2.1/tcp/4001", StringComparison.Ordinal));
        await UntilAsync(api, "relay list", list => list.Contains("well", StringComparison.Ordinal));

        Configure("relay1", _relay, "edgeTunnel: { advertiseAddress: [gate.example] }\n");
        await agent.UntilLineAsync("in effect: edgeTunnel.advertiseAddress");
        await UntilAsync(api, "why relay1", why => why.Contains("/dns/gate.example/tcp/20006", StringComparison.Ordinal) && why.Contains("192.0.2.1", StringComparison.Ordinal));

        await AskAsync(relay, "relay", "remove", "relay1");
        Assert.Contains("Relay      no", await AskAsync(relay, "tunnel", "status"), StringComparison.Ordinal);
        await UntilAsync(api, "why relay1", why => why.Contains("gate.example", StringComparison.Ordinal) && !why.Contains("192.0.2.1", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in _agents) await agent.DisposeAsync();
        _relay.Dispose();
        _hidden.Dispose();
    }

    private static async Task<string> AskAsync(IPEndPoint api, params string[] verb)
    {
        var (exitCode, output, errors) = await SkerryProcess.RunAsync([.. verb, "--address", api.ToString()]);
        Assert.True(exitCode == ExitCode.Success, errors);
        return output;
    }

    private static async Task UntilAsync(IPEndPoint api, string verb, Func<string, bool> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        string said;
        while (!isSo(said = await AskAsync(api, verb.Split(' ')))) Assert.False(patience.IsCancellationRequested, $"skerry {verb} still says:\n{said}");
    }

    private string Configure(string node, TestPlace place, string more, string join = "")
    {
        var file = place.File(node + ".yaml");
        File.WriteAllText(file, $$"""
            node: { name: {{node}}, group: test }
            key: '{{_key}}'
            gossip: { bind: '{{place.Host}}:7946', {{join}}profile: local }
            api: { address: '{{place.Host}}:0' }

            """ + more);
        return file;
    }

    private async Task<(SkerryProcess Agent, IPEndPoint Api)> StartAsync(string node, TestPlace place, string more = "", string join = "")
    {
        var agent = SkerryProcess.Start("agent", "--config", Configure(node, place, more, join));
        _agents.Add(agent);
        return (agent, await agent.UntilReadyAsync());
    }
}
