using System.Net;
using System.Net.Sockets;

using Skerry.Agent.Configuration;

namespace Skerry.Agent.Tests.Composition;

/// <summary>Whole agents that believe credentials, and agents whose mesh key changes while they run.</summary>
public sealed class IdentityTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Dictionary<string, TestPlace> _places = [];
    private readonly List<SkerryProcess> _agents = [];

    [Fact]
    public async Task Agents_with_credentials_call_a_service_across_sites_until_one_is_revoked()
    {
        var ca = PlaceOf("ca").File("ca");
        Assert.Equal(0, (await SkerryProcess.RunAsync("ca", "init", "--directory", ca)).ExitCode);
        var (relay, _) = await StartIssuedAsync("relay", "cloud", ca);
        using var service = new TcpListener(PlaceOf("there").Host, 0);
        service.Start();
        var serving = (IPEndPoint)service.LocalEndpoint;
        await StartIssuedAsync("there", "factory", ca, $"services: [{{ name: orders, address: '{serving.Address}', port: {serving.Port}, exported: true }}]\n");
        var (_, api) = await StartIssuedAsync("here", "shop", ca);
        await using var forward = SkerryProcess.Start("forward", "orders@factory", "--listen", "127.0.0.1:0", "--address", api.ToString());
        var local = IPEndPoint.Parse((await forward.UntilLineAsync("orders@factory is at ")).Split(' ')[3]);
        Assert.Equal("hello", await CallAsync(service, local));

        Assert.Equal(0, (await SkerryProcess.RunAsync("ca", "revoke", "here", "--directory", ca)).ExitCode);
        await relay.UntilLineAsync("the revocations (list 1)");
        await relay.UntilLineAsync("which says it is node here of shop, is refused: it is revoked");
        await UntilAsync(async () => (await SkerryProcess.RunAsync("ping", "there", "-c", "1", "--address", api.ToString())).ExitCode != 0, "the revoked node reaches nobody");
    }

    [Fact]
    public async Task The_mesh_key_is_rotated_in_three_steps_and_nobody_is_refused()
    {
        var (old, next) = (MeshKey.Generate(), MeshKey.Generate());
        string[] names = ["a", "b"];
        var running = new Dictionary<string, (SkerryProcess Agent, IPEndPoint Api)>();
        foreach (var name in names) running[name] = await StartWithKeysAsync(name, $"key: {old}\n");
        await ReachEachOtherAsync();
        foreach (var name in names)
        {
            Configure(name, $"key: {old}\nsecondKey: {next}\n");
            await running[name].Agent.UntilLineAsync("in effect: secondKey");
            await ReachEachOtherAsync();
        }

        foreach (var name in names)
        {
            running[name].Agent.Signal(SkerryProcess.SIGTERM);
            await running[name].Agent.ExitAsync();
            running[name] = await StartWithKeysAsync(name, $"key: {next}\nsecondKey: {old}\n");
            await ReachEachOtherAsync();
        }

        foreach (var name in names)
        {
            Configure(name, $"key: {next}\n");
            await running[name].Agent.UntilLineAsync("in effect: secondKey");
            await ReachEachOtherAsync();
        }

        Assert.DoesNotContain(_agents.SelectMany(agent => agent.Output), line => line.Contains("is refused", StringComparison.Ordinal));

        async Task ReachEachOtherAsync()
        {
            foreach (var (from, to) in new[] { ("a", "b"), ("b", "a") })
            {
                await UntilAsync(async () => (await SkerryProcess.RunAsync("ping", to, "-c", "1", "--address", running[from].Api.ToString())).ExitCode == 0, $"{from} reaches {to} through the tunnel");
                await UntilAsync(async () => (await SkerryProcess.RunAsync("members", "--address", running[from].Api.ToString())).Output.Split('\n').Any(line => line.StartsWith(to, StringComparison.Ordinal) && line.Contains("alive", StringComparison.Ordinal)), $"{from} sees {to} alive");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in _agents) await agent.DisposeAsync();
        foreach (var place in _places.Values) place.Dispose();
    }

    /// <summary>Whether the other site is seen yet decides whether a connection is taken or closed at once.</summary>
    private static async Task<string> CallAsync(TcpListener service, IPEndPoint forward)
    {
        using var limit = new CancellationTokenSource(Patience);
        var answering = AnswerAsync();
        while (true)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(forward, limit.Token);
                if (await new StreamReader(client.GetStream()).ReadToEndAsync(limit.Token) is { Length: > 0 } answer)
                {
                    await answering;
                    return answer;
                }
            }
            catch (Exception closed) when (closed is IOException or SocketException)
            {
                // The forward closed what led nowhere.
            }

            await Task.Delay(100, limit.Token); // between two tries
        }

        async Task AnswerAsync()
        {
            using var called = await service.AcceptTcpClientAsync(limit.Token);
            await called.GetStream().WriteAsync("hello"u8.ToArray(), limit.Token);
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            Assert.False(limit.IsCancellationRequested, $"did not come: {what}");
            await Task.Delay(100, CancellationToken.None); // between two looks
        }
    }

    private TestPlace PlaceOf(string name) => _places.TryGetValue(name, out var place) ? place : _places[name] = new TestPlace();

    private async Task<(SkerryProcess Agent, IPEndPoint Api)> StartIssuedAsync(string node, string group, string ca, string more = "")
    {
        var place = PlaceOf(node);
        Assert.Equal(0, (await SkerryProcess.RunAsync("ca", "issue", "--name", node, "--group", group, "--out", place.File("node.pem"), "--directory", ca)).ExitCode);
        File.WriteAllText(place.File("agent.yaml"), $$"""
            node: { name: {{node}}, group: {{group}} }
            credentialFile: '{{place.File("node.pem")}}'
            revocationFile: '{{Path.Combine(ca, "revocations.pem")}}'
            gossip: { bind: '{{place.Host}}:0', profile: local }
            api: { address: '{{place.Host}}:0' }
            edgeTunnel:
              mode: {{(node == "relay" ? "serverAndClient" : "clientOnly")}}
              relayNodes: [{ nodeName: relay, advertiseAddress: ['{{PlaceOf("relay").Host}}'] }]

            """ + more);
        return await StartAsync(place);
    }

    private Task<(SkerryProcess Agent, IPEndPoint Api)> StartWithKeysAsync(string name, string keys)
    {
        Configure(name, keys);
        return StartAsync(PlaceOf(name));
    }

    private void Configure(string name, string keys) => File.WriteAllText(PlaceOf(name).File("agent.yaml"), $$"""
        node: { name: {{name}}, group: shop }
        gossip: { bind: '{{PlaceOf(name).Host}}:7946', profile: local, retryInterval: 1s, join: ['{{PlaceOf(name == "a" ? "b" : "a").Host}}:7946'] }
        api: { address: '{{PlaceOf(name).Host}}:0' }

        """ + keys);

    private async Task<(SkerryProcess Agent, IPEndPoint Api)> StartAsync(TestPlace place)
    {
        var agent = SkerryProcess.Start("agent", "--config", place.File("agent.yaml"));
        _agents.Add(agent);
        return (agent, await agent.UntilReadyAsync());
    }
}
