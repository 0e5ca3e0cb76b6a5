namespace Skerry.Manifest.Tests.Forming;

/// <summary>Members are changed and shown at any node of the group.</summary>
public sealed class MemberChangeTests : IAsyncDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("skerry-group-").FullName;
    private readonly TestDirectory _directory = new();
    private readonly TestNetwork _network = new();
    private readonly List<GroupNode> _nodes = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Who leads; while an election goes on, anybody.</summary>
    private GroupNode Leader => _nodes.FirstOrDefault(node => node.IsRunning && node.Group.Status.IsLeader) ?? _nodes.First(node => node.IsRunning);

    private GroupNode Follower => _nodes.First(node => node.IsRunning && !node.Group.Status.IsLeader);

    [Fact]
    public async Task A_follower_takes_changes_and_what_an_operator_said_stands()
    {
        await FoundAsync("a", "b", "c");
        var (asked, id) = (Follower, IdOf("c"));
        Assert.Equal(ManifestError.None, await asked.Group.Members.DemoteAsync(id, Cancel));
        await UntilAsync(members => members.Count == 3 && members.Single(member => member.Name == "c").IsLearner);
        await AddAsync("d");
        // The autopilot has looked at all members since: the new one has a vote, and the one that lost his has not.
        await UntilAsync(members => members.Any(member => member is { Name: "d", IsLearner: false }));
        Assert.True(Leader.Group.Members.Members.Single(member => member.Name == "c").IsLearner);

        Assert.Equal(ManifestError.None, await asked.Group.Members.PromoteAsync(id, Cancel));
        await UntilAsync(members => members.Count(member => !member.IsLearner) == 4);
        Assert.Equal(ManifestError.None, await asked.Group.Members.RemoveAsync(IdOf("d"), Cancel));
        await AddAsync("e");
        await UntilAsync(members => members.Any(member => member.Name == "e") && members.All(member => member.Name != "d"));

        // Who was removed hears nothing of the group any more, knows that, and finds its leader all the same. etcd's clients name it by a URL.
        var removed = _nodes.Single(node => node.Name == "d").Group;
        await Eventually.HoldsAsync(() => removed.Status.LeaderId == 0);
        Assert.True((await removed.Members.ReportAsync(Cancel)) is { IsOutside: true, Leader: not 0 } report && report.Members.All(member => member.Node != "d"));
        Assert.False((await asked.Group.Members.ReportAsync(Cancel)).IsOutside);
        var (added, member) = await removed.Members.AddAsync(["http://D:2380"], isLearner: true, Cancel);
        Assert.Equal((ManifestError.None, "d", true), (added, member?.Name, member?.IsLearner));
        await UntilAsync(members => members.Any(member => member.Name == "d"));
        Assert.Equal(ManifestError.MemberExists, (await asked.Group.Members.AddAsync(["skerry://d"], isLearner: true, Cancel)).Error);
        Assert.Equal(ManifestError.NodeNotFound, (await asked.Group.Members.AddAsync(["http://nobody:2380"], isLearner: true, Cancel)).Error);
        Assert.Equal(ManifestError.NodeNotFound, await asked.Group.Members.AddAsync("nobody", Cancel));
        Assert.Equal(ManifestError.MemberNotFound, await asked.Group.Members.RemoveAsync(12345, Cancel));
    }

    [Fact]
    public async Task Leadership_is_handed_over_from_any_node_and_the_report_is_the_same_everywhere()
    {
        await FoundAsync("a", "b", "c");
        var heir = Follower;
        Assert.Equal(ManifestError.None, await _nodes.First(node => node != heir && !node.Group.Status.IsLeader).Group.Members.TransferAsync(heir.Group.Status.Id, Cancel));
        await Eventually.HoldsAsync(() => heir.Group.Status.IsLeader);
        foreach (var node in _nodes)
        {
            var report = await node.Group.Members.ReportAsync(Cancel);
            Assert.Equal(heir.Group.Status.Id, report.Leader);
            Assert.Equal(["a", "b", "c"], report.Members.Select(member => member.Node));
            Assert.All(report.Members, member => Assert.True(member is { IsReachable: true, IsAlive: true, IsVoter: true, Lag: not null } && member.LastIndex > 0 && member.LastTerm > 0));
            Assert.Equal(1, report.FailureTolerance);
        }

        await _nodes.First(node => node != heir).DisposeAsync();
        var without = await heir.Group.Members.ReportAsync(Cancel);
        Assert.Equal((2, 0), (without.Members.Count(member => member.IsReachable), without.FailureTolerance));
    }

    [Fact]
    public async Task No_vote_is_taken_that_the_majority_needs_and_none_given_to_who_lacks_the_log()
    {
        await FoundAsync("a", "b", "c");
        var gone = Follower;
        await gone.DisposeAsync();
        var asked = Follower;
        await Eventually.HoldsAsync(() => Leader.Group.Status.Members.Any(member => member.Silence > TimeSpan.FromSeconds(3)));
        Assert.Equal(ManifestError.MajorityLost, await asked.Group.Members.DemoteAsync(asked.Group.Status.Id, Cancel));
        Assert.Equal(ManifestError.MajorityLost, await asked.Group.Members.RemoveAsync(asked.Group.Status.Id, Cancel));
        Assert.Equal(ManifestError.None, await asked.Group.Members.DemoteAsync(IdOf(gone.Name), Cancel));
        Assert.Equal(ManifestError.NotCaughtUp, await asked.Group.Members.PromoteAsync(IdOf(gone.Name), Cancel));
    }

    [Fact]
    public async Task What_the_autopilot_goes_by_is_the_same_on_every_node_and_changed_only_as_it_was_seen()
    {
        await FoundAsync("a", "b");
        var (first, second) = (_nodes[0].Manifest, _nodes[1].Manifest);
        var (_, initial) = await AutopilotSettings.ReadAsync(first, isSerializable: false, Cancel);
        Assert.Equal(new AutopilotSettings(), initial);
        var wanted = new AutopilotSettings { CleanupDeadServers = false, MinQuorum = 3, ServerStabilizationTime = TimeSpan.FromSeconds(3) };
        Assert.Equal((ManifestError.None, true), await wanted.WriteAsync(first, ifRevision: 0, Cancel));
        Assert.Equal((ManifestError.None, false), await wanted.WriteAsync(second, ifRevision: 0, Cancel));
        var (_, read) = await AutopilotSettings.ReadAsync(second, isSerializable: false, Cancel);
        Assert.Equal(wanted, read! with { CreateRevision = 0, ModRevision = 0 });
        Assert.Equal((ManifestError.None, true), await (wanted with { MinQuorum = 0 }).WriteAsync(second, read.ModRevision, Cancel));
    }

    [Fact]
    public async Task A_saved_state_that_is_restored_at_a_follower_is_restored_on_all()
    {
        await FoundAsync("a", "b", "c");
        await PutAsync("kept", "1");
        var (_, saved) = await SnapshotArchive.SaveAsync(Follower.Manifest, "dc1", "x", DateTimeOffset.UnixEpoch, Cancel);
        await PutAsync("later", "1");
        await using (saved)
        {
            using var archive = await SnapshotArchive.OpenAsync(saved, Cancel);
            Assert.Equal(ManifestError.None, await archive.RestoreAsync(Follower.Manifest, Cancel));
        }

        foreach (var node in _nodes)
        {
            var read = (RangeResult)await node.Manifest.RangeAsync(new RangeOp { Range = KeyRange.All }, Cancel);
            Assert.Equal(["kept"], read.Entries.Select(entry => Ops.Text(entry.Key)));
        }

        await Eventually.HoldsAsync(() => _nodes.Select(node => node.Manifest.StateHash).Distinct().Count() == 1);

        Task PutAsync(string key, string value) => Eventually.HoldsAsync(async () => (await Follower.Manifest.ExecuteAsync(Ops.Put(key, value), Cancel)).IsDone);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    private ulong IdOf(string node) => Leader.Group.Members.Members.Single(member => member.Name == node).Id;

    private async Task FoundAsync(params string[] names)
    {
        foreach (var name in names) await AddAsync(name, names.Length);
        await Eventually.HoldsAsync(() => _nodes.Any(node => node.Group.Status.IsLeader) && _nodes.All(node => node.Group.Status.LeaderId != 0));
        // A leader changes members once an entry of its term is committed.
        Assert.Equal(ManifestError.None, await Leader.Manifest.BarrierAsync(Cancel));
    }

    private async Task AddAsync(string name, int expect = 3)
    {
        var node = new GroupNode(_directory, _network, _root, name);
        _nodes.Add(node);
        await node.StartAsync(expect);
    }

    private Task UntilAsync(Func<IReadOnlyList<ManifestMember>, bool> holds) => Eventually.HoldsAsync(() => holds(Leader.Group.Members.Members));
}
