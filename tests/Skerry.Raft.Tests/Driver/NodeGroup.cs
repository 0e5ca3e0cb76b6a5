namespace Skerry.Raft.Tests.Driver;

/// <summary>A group of real nodes: real disks, real sockets, real time.</summary>
public sealed class NodeGroup : IAsyncDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("skerry-test-").FullName;
    private readonly Func<RaftOptions, RaftOptions> _configure;

    private NodeGroup(Func<RaftOptions, RaftOptions>? configure) => _configure = configure ?? (options => options);

    public LoopbackNetwork Network { get; } = new();

    public List<TestNode> Nodes { get; } = [];

    public IEnumerable<TestNode> Up => Nodes.Where(node => node.IsUp);

    public static async Task<NodeGroup> FoundAsync(int voters, Func<RaftOptions, RaftOptions>? configure = null)
    {
        var group = new NodeGroup(configure);
        for (var i = 1; i <= voters; i++) await group.AddAsync($"n{i}");
        var founders = group.Nodes.Select(node => new RaftFounder(node.Id, node.Name)).ToList();
        foreach (var node in group.Nodes) Assert.Equal(RaftError.None, await node.Raft.FoundAsync(founders, CancellationToken.None));
        await group.LeaderAsync();
        return group;
    }

    public async Task<TestNode> AddAsync(string name)
    {
        var node = new TestNode(Network, name, Path.Combine(_path, name), _configure);
        Nodes.Add(node);
        await node.StartAsync();
        return node;
    }

    public async Task<TestNode> LeaderAsync(TestNode? other = null)
    {
        TestNode? Find() => Up.FirstOrDefault(node => node != other && node.Raft.Status is { IsLeader: true } status && Up.All(peer => peer.Raft.Status.Term <= status.Term));
        await Eventually.HoldsAsync(() => Find() is not null, Describe);
        return Find() ?? await LeaderAsync(other);
    }

    /// <summary>Puts through whoever leads, again and again until it is certain.</summary>
    public async Task<RaftResult> PutAsync(string key, string value)
    {
        while (true)
        {
            var leader = await LeaderAsync();
            var result = await leader.PutAsync(key, value);
            if (result.Error == RaftError.None) return result;
        }
    }

    /// <summary>Has whoever leads change the members, again and again until it is certain: on a busy machine a leader may be lost at any time.</summary>
    public async Task ChangeAsync(params RaftMemberChange[] changes)
    {
        using var limit = new CancellationTokenSource(Eventually.Limit);
        var mayBeDone = false;
        while (true)
        {
            var leader = await LeaderAsync();
            var error = await leader.Raft.ChangeMembersAsync(changes, limit.Token);
            if (error == RaftError.None || (mayBeDone && error is (RaftError.AlreadyMember or RaftError.UnknownMember or RaftError.NoChange))) return;
            mayBeDone |= error == RaftError.LeaderLost;
            var comes = error is RaftError.NotLeader or RaftError.LeaderLost or RaftError.NotReady or RaftError.ChangeUnderWay or RaftError.NotCaughtUp;
            Assert.True(comes, $"{error}\n{Describe()}");
        }
    }

    /// <summary>Has whoever leads hand over to another node, until that one leads.</summary>
    public async Task HandOverAsync(TestNode heir)
    {
        using var limit = new CancellationTokenSource(Eventually.Limit);
        while (await LeaderAsync() is var leader && leader != heir)
        {
            var error = await leader.Raft.TransferLeadershipAsync(heir.Id, limit.Token);
            Assert.True(error is RaftError.None or RaftError.NotLeader or RaftError.LeaderLost, $"{error}\n{Describe()}");
        }
    }

    public async Task AgreeAsync(string key, string value, params IReadOnlyList<TestNode> nodes)
    {
        if (nodes.Count == 0) nodes = [.. Up];
        await Eventually.HoldsAsync(() => nodes.All(node => node.Machine.Keys.GetValueOrDefault(key) == value), Describe);
        await Eventually.HoldsAsync(() => nodes.Select(node => node.Machine.Sum).Distinct().Count() == 1, Describe);
    }

    public string Describe() => string.Join('\n', Nodes);

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes) await node.DisposeAsync();
        Directory.Delete(_path, recursive: true);
    }
}
