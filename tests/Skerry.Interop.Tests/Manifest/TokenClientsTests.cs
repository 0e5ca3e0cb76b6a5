namespace Skerry.Interop.Tests.Manifest;

/// <summary>A group of three agents that ask for tokens, and Consul's client at all of them.</summary>
public sealed class TokenClientsTests : IAsyncLifetime
{
    private readonly List<AgentProcess> _agents = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tokens_policies_and_events_are_the_groups()
    {
        await NodePackages.InstallAsync(NodePackages.FolderOf("Consul"));
        var (exitCode, output) = await NodePackages.RunAsync("node", [Path.Combine(NodePackages.FolderOf("Consul"), "acl.js"), .. _agents.Select(agent => agent.Host.ToString())]);
        Assert.True(exitCode == 0, output);
        // etcd's clients bring no tokens.
        using var etcd = new System.Net.Sockets.TcpClient();
        await Assert.ThrowsAsync<System.Net.Sockets.SocketException>(() => etcd.ConnectAsync(_agents[0].Host, 2379, Cancel).AsTask());
    }

    public async ValueTask InitializeAsync()
    {
        foreach (var name in new[] { "one", "two", "three" })
        {
            // Nobody has a token yet by which a node could be told to join another.
            var join = _agents.Count > 0 ? $"['{_agents[0].Host}:7946']" : "[]";
            _agents.Add(await AgentProcess.StartAsync(name, host => $$"""
                key: AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=
                proxy: { dns: { enable: false } }
                manifest: { role: server, bootstrapExpect: 3, etcd: '{{host}}:2379' }
                acl: { enabled: true }
                """, join));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in _agents) await agent.DisposeAsync();
    }
}
