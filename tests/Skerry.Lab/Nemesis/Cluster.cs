using System.Diagnostics;

using Skerry.Api.Etcd.Wire;
using Skerry.Lab.Agents;
using Skerry.Lab.Fabric;

namespace Skerry.Lab.Nemesis;

/// <summary>Servers of one group as whole agents, each behind a gateway of its own, where any two can be cut apart.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Testbed _lab;
    private readonly Dictionary<string, AgentProcess> _agents = [];
    private readonly Dictionary<string, EtcdClient> _clients = [];
    private readonly int _expect;

    private Cluster(Testbed lab, int expect) => (_lab, _expect) = (lab, expect);

    /// <summary>Names of the servers that were started, in order.</summary>
    public IReadOnlyList<string> Names => [.. _agents.Keys.Order(StringComparer.Ordinal)];

    public AgentProcess this[string name] => _agents[name];

    /// <summary>Makes the machines, starts servers on the first of them, and waits until all answer.</summary>
    /// <param name="servers">So many begin.</param>
    /// <param name="machines">So many are there.</param>
    /// <param name="ownClocks">Whether each has a wall clock of its own.</param>
    public static async Task<Cluster> StartAsync(int servers, int? machines = null, bool ownClocks = false)
    {
        var names = Enumerable.Range(1, machines ?? servers).Select(number => $"s{number}").ToList();
        var lab = await Testbed.StartAsync(new LabMap([.. names.Select(name => new SitePlan($"rack-{name}", "here", NatKind.None, name))]));
        var cluster = new Cluster(lab, servers);
        try
        {
            await Task.WhenAll(names[..servers].Select(name => cluster.AddAsync(name, ownClocks)));
            await Task.WhenAll(names[..servers].Select(cluster.UntilServingAsync));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a server on a machine that has none.</summary>
    public async Task AddAsync(string name, bool ownClock = false)
    {
        var host = _lab[name];
        var agent = await AgentProcess.StartAsync(host, $$"""
            gossip: { bind: '{{host.Address}}:7946', profile: local, join: ['{{_lab["s1"].Address}}:7946', '{{_lab["s2"].Address}}:7946'], retryInterval: 1s }
            proxy: { dns: { enable: false } }
            manifest: { role: server, bootstrapExpect: {{_expect}} }
            """, hasClock: ownClock);
        lock (_agents)
        {
            _agents[name] = agent;
            _clients[name] = new EtcdClient(host);
        }
    }

    /// <summary>The way to a server.</summary>
    public EtcdClient ClientOf(string name) => _clients[name];

    /// <summary>Who leads, as it says itself with the newest term; waits until one does.</summary>
    public async Task<string> LeaderAsync()
    {
        for (var began = Stopwatch.GetTimestamp(); ; await Task.Delay(50)) // between two polls
        {
            var leaders = new List<(ulong Term, string Name)>();
            foreach (var name in Names.Where(name => !_agents[name].HasEnded))
            {
                try
                {
                    var status = await _clients[name].StatusAsync();
                    if (status.Leader != 0 && status.Leader == status.Header.MemberId) leaders.Add((status.RaftTerm, name));
                }
                catch (CallFailure)
                {
                    // It cannot say.
                }
            }

            if (leaders.Count > 0) return leaders.Max().Name;
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, $"No server leads.\n{Tails()}");
        }
    }

    /// <summary>Waits until a server answers a read that the group proves.</summary>
    public async Task UntilServingAsync(string name)
    {
        for (var began = Stopwatch.GetTimestamp(); ; await Task.Delay(50)) // between two polls
        {
            try
            {
                await new EtcdObjects(_clients[name]).DoAsync(new Simulation.Operation(int.MaxValue, Simulation.OperationKind.Read));
                return;
            }
            catch (CallFailure failure)
            {
                Assert.True(Stopwatch.GetElapsedTime(began) < Patience, $"{name} does not serve: {failure.Message}\n{Tails()}");
            }
        }
    }

    /// <summary>Waits until all that run serve.</summary>
    public Task UntilServingAsync() => Task.WhenAll(Names.Where(name => !_agents[name].HasEnded).Select(UntilServingAsync));

    /// <summary>Cuts servers off from all others, not from each other.</summary>
    public async Task<IAsyncDisposable> CutAsync(IReadOnlyList<string> cutOff, CutDirection direction = CutDirection.Both)
    {
        var cuts = new Cuts();
        foreach (var name in cutOff)
        {
            foreach (var other in Names.Except(cutOff)) cuts.Add(await _lab[name].CutAsync(direction, _lab[other].Address));
        }

        return cuts;
    }

    /// <summary>The members as a server knows them.</summary>
    public async Task<IReadOnlyList<Member>> MembersAsync(string name) =>
        [.. (await _clients[name].CallAsync("Cluster/MemberList", new MemberListRequest(), MembersResponse.Parser, TimeSpan.FromSeconds(2))).Members];

    /// <summary>What all said at last.</summary>
    public string Tails() => string.Join('\n', Names.Select(name => _agents[name].Tail));

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients.Values) client.Dispose();
        foreach (var agent in _agents.Values) await agent.DisposeAsync();
        await _lab.DisposeAsync();
    }

    private sealed class Cuts : List<Cut>, IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            foreach (var cut in this) await cut.DisposeAsync();
        }
    }
}
