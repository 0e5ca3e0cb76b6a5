using Skerry.Raft;

namespace Skerry.Manifest.Tests.Forming;

/// <summary>A group that has lost its majority for good goes on from the node that is left, and only then.</summary>
public sealed class RecoveryTests : IAsyncDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("skerry-group-").FullName;
    private readonly TestDirectory _directory = new();
    private readonly TestNetwork _network = new();
    private readonly List<GroupNode> _nodes = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_survivor_of_three_leads_alone_with_all_it_had_and_new_servers_join()
    {
        var (survivor, lost) = await LoseTwoAsync();
        var members = survivor.Group.Members;
        var before = survivor.Group.Status;
        var named = lost.Select(node => node.Name).ToArray();
        Assert.Equal((RecoveryRefusal.NotConfirmed, named[1]), await RefusalAsync(survivor, named[0]));

        var plan = await members.RecoverAsync(named, isConfirmed: false, Cancel);
        Assert.Equal((RecoveryRefusal.None, before.LastIndex), (plan.Refusal, plan.LastIndex));
        Assert.Equal(named, plan.Nodes);
        Assert.Equal((before.Id, 0ul), (survivor.Group.Status.Id, survivor.Group.Status.LeaderId));

        var cluster = survivor.Group.Cluster;
        Assert.Equal(RecoveryRefusal.None, (await members.RecoverAsync(named, isConfirmed: true, Cancel)).Refusal);
        await Eventually.HoldsAsync(() => survivor.Group.Status.IsLeader);
        Assert.NotEqual(cluster, survivor.Group.Cluster);
        Assert.NotEqual(before.Id, survivor.Group.Status.Id);
        Assert.Equal(survivor.Name, Assert.Single(survivor.Group.Status.Members).Node);
        Assert.Equal("1", await GetAsync(survivor, "kept"));
        await PutAsync(survivor, "after", "2");
        Assert.Equal((RecoveryRefusal.HasLeader, survivor.Name), await RefusalAsync(survivor, named));

        // It is still so after a restart.
        await survivor.DisposeAsync();
        await survivor.StartAsync(expect: 3);
        Assert.Equal("2", await GetAsync(survivor, "after"));
        Assert.Equal("1", await GetAsync(survivor, "kept"));

        foreach (var node in lost)
        {
            Directory.Delete(node.Path, recursive: true);
            await node.StartAsync(expect: 3);
        }

        await Eventually.HoldsAsync(() => survivor.Group.Status.Members.Count(member => member.Role == RaftMemberRole.Voter) == 3);
        foreach (var node in lost) Assert.Equal("1", await GetAsync(node, "kept"));
    }

    [Fact]
    public async Task It_is_refused_while_a_server_is_there_or_answers_though_nobody_sees_it()
    {
        var (survivor, lost) = await LoseTwoAsync();
        var named = lost.Select(node => node.Name).ToArray();
        await lost[1].StartAsync(expect: 3);
        // With two of three there is a leader again.
        await Eventually.HoldsAsync(async () => await RefusalAsync(survivor, named) is (RecoveryRefusal.HasLeader, _));
        await lost[1].DisposeAsync();
        await Eventually.HoldsAsync(() => survivor.Group.Status.LeaderId == 0);
        // Membership sees it, whatever the operator says.
        _directory.See(lost[1].Name);
        Assert.Equal((RecoveryRefusal.ServersAlive, lost[1].Name), await RefusalAsync(survivor, named));
    }

    [Fact]
    public async Task Servers_that_were_not_lost_after_all_are_another_group_and_do_not_mix()
    {
        var (survivor, lost) = await LoseTwoAsync();
        Assert.Equal(RecoveryRefusal.None, (await survivor.Group.Members.RecoverAsync([.. lost.Select(node => node.Name)], isConfirmed: true, Cancel)).Refusal);
        await Eventually.HoldsAsync(() => survivor.Group.Status.IsLeader);
        await PutAsync(survivor, "here", "1");
        foreach (var node in lost) await node.StartAsync(expect: 3);
        await Eventually.HoldsAsync(() => lost.Any(node => node.Group.Status.IsLeader));
        await PutAsync(lost[0], "there", "1");
        Assert.Null(await GetAsync(survivor, "there"));
        Assert.Null(await GetAsync(lost[0], "here"));
        Assert.Single(survivor.Group.Status.Members);
        Assert.NotEqual(survivor.Group.Cluster, lost[0].Group.Cluster);
    }

    [Fact]
    public async Task A_node_of_no_group_has_nothing_to_bring_back()
    {
        var node = new GroupNode(_directory, _network, _root, "a");
        _nodes.Add(node);
        await node.StartAsync(expect: 3);
        Assert.Equal((RecoveryRefusal.NoMember, ""), await RefusalAsync(node));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    private static async Task<(RecoveryRefusal Refusal, string Nodes)> RefusalAsync(GroupNode node, params string[] lost)
    {
        var outcome = await node.Group.Members.RecoverAsync(lost, isConfirmed: true, Cancel);
        return (outcome.Refusal, string.Join(' ', outcome.Nodes));
    }

    private static Task PutAsync(GroupNode node, string key, string value) =>
        Eventually.HoldsAsync(async () => (await node.Manifest.ExecuteAsync(Ops.Put(key, value), Cancel)).IsDone);

    private static async Task<string?> GetAsync(GroupNode node, string key)
    {
        ManifestResult? result = null;
        await Eventually.HoldsAsync(async () => (result = await node.Manifest.RangeAsync(Ops.Get(key), Cancel)).IsDone);
        return ((RangeResult)result!).Entries.Select(entry => Ops.Text(entry.Value)).SingleOrDefault();
    }

    /// <summary>Three found a group, and two of them go.</summary>
    private async Task<(GroupNode Survivor, GroupNode[] Lost)> LoseTwoAsync()
    {
        foreach (var name in new[] { "a", "b", "c" })
        {
            var node = new GroupNode(_directory, _network, _root, name);
            _nodes.Add(node);
            await node.StartAsync(expect: 3);
        }

        await PutAsync(_nodes[0], "kept", "1");
        foreach (var node in _nodes) Assert.Equal("1", await GetAsync(node, "kept"));
        foreach (var node in _nodes[1..]) await node.DisposeAsync();
        await Eventually.HoldsAsync(() => _nodes[0].Group.Status.LeaderId == 0);
        return (_nodes[0], [.. _nodes[1..]]);
    }
}
