using Skerry.Raft;

using static Skerry.Manifest.Tests.Ops;

namespace Skerry.Manifest.Tests.Group;

/// <summary>Manifests on a group's real log: any node is asked, all are alike.</summary>
public sealed class GroupLogTests
{
    [Fact]
    public async Task Any_node_takes_writes_and_reads_what_was_written_anywhere()
    {
        await using var group = await ManifestGroup.FoundAsync(3);
        for (var i = 0; i < 30; i++)
        {
            var result = await group.Members[i % 3].DoAsync(Put($"k{i}", $"{i}"));
            Assert.Equal((ManifestError.None, i + 2), (result.Error, result.Revision));
            var read = (RangeResult)await group.Members[(i + 1) % 3].DoAsync(Get($"k{i}"));
            Assert.Equal($"{i}", Text(read.Entries[0].Value));
        }

        var lease = (LeaseResult)await group.Followers.First().Node.GrantAsync(0, 60, CancellationToken.None);
        Assert.Equal(60, (await group.Followers.Last().Node.RenewAsync(lease.Id, CancellationToken.None)).Ttl);
        await group.AgreeAsync();
        var status = group.Members[0].Node.Log;
        Assert.All(group.Members, member => Assert.Equal((status.Cluster, status.Leader), (member.Node.Log.Cluster, member.Node.Log.Leader)));
    }

    [Fact]
    public async Task An_observer_answers_writes_and_reads_without_waiting_for_what_gathers_for_observers()
    {
        await using var group = await ManifestGroup.FoundAsync(3, observerInterval: TimeSpan.FromHours(1));
        var observer = await group.AddAsync("n4");
        RaftError added;
        do added = await (await group.LeadAsync()).Raft!.ChangeMembersAsync([new(RaftMemberChangeKind.Add, observer.Raft!.Id, "n4")], CancellationToken.None);
        while (added is RaftError.NotLeader or RaftError.NotReady);
        Assert.Equal(RaftError.None, added);
        var leader = await group.LeadAsync();
        await Eventually.HoldsAsync(() => observer.Node.Log.Leader != 0, group.Describe);
        for (var i = 0; i < 10; i++)
        {
            var written = await observer.DoAsync(Put("here", $"{i}"));
            Assert.Equal((ManifestError.None, (2 * i) + 2), (written.Error, written.Revision));
            Assert.Equal(ManifestError.None, (await leader.DoAsync(Put("there", $"{i}"))).Error);
            var read = (RangeResult)await observer.DoAsync(Get("there"));
            Assert.Equal($"{i}", Text(read.Entries[0].Value));
        }
    }

    [Fact]
    public async Task A_forwarded_write_whose_answer_is_lost_is_done_once()
    {
        await using var group = await ManifestGroup.FoundAsync(3);
        var follower = group.Followers.First();
        for (var i = 0; i < 10; i++)
        {
            group.LoseAnswers(2);
            var result = await follower.DoAsync(new TxnOp { Success = [Put("count", $"{i}")] });
            Assert.Equal((ManifestError.None, i + 2), (result.Error, result.Revision));
        }

        await group.AgreeAsync();
        Assert.Equal(10, ((RangeResult)await follower.DoAsync(Get("count"))).Entries[0].Version);
    }

    [Fact]
    public async Task Writes_go_on_after_the_leader_is_gone_and_it_catches_up_when_it_is_back()
    {
        await using var group = await ManifestGroup.FoundAsync(3, snapshotBytes: 32 << 10);
        var acknowledged = new List<string>();
        async Task PutAsync(string key)
        {
            if ((await group.Followers.First().DoAsync(Put(key, new string('v', 200)))).IsDone) acknowledged.Add(key);
        }

        for (var i = 0; i < 50; i++) await PutAsync($"before{i}");
        var gone = await group.LeadAsync();
        await gone.StopAsync();
        // More than the log keeps: the one that is away needs a snapshot.
        for (var i = 0; i < 400; i++) await PutAsync($"after{i}");
        Assert.Equal(450, acknowledged.Count);
        await gone.StartAsync(32 << 10);
        await group.AgreeAsync();
        var read = (RangeResult)await gone.DoAsync(new RangeOp { Range = KeyRange.All, KeysOnly = true });
        Assert.Equal(acknowledged.Order(StringComparer.Ordinal), read.Entries.Select(entry => Text(entry.Key)));
    }

    [Fact]
    public async Task Who_knows_no_leader_says_for_how_long_and_answers_what_it_has()
    {
        await using var group = await ManifestGroup.FoundAsync(3);
        await group.LeadAsync();
        await group.Members[0].DoAsync(Put("k", "v"));
        await group.AgreeAsync();
        Assert.All(group.Members, member => Assert.Equal(TimeSpan.Zero, member.Node.Log.Silence));
        foreach (var gone in group.Members.Skip(1)) await gone.StopAsync();
        var left = group.Members[0].Node;
        await Eventually.HoldsAsync(() => left.Log is { Leader: 0, Silence: var silence } && silence > TimeSpan.Zero, group.Describe);
        var read = (RangeResult)await left.RangeAsync(new RangeOp { Range = Key("k"), IsSerializable = true }, CancellationToken.None);
        Assert.Equal("v", Text(read.Entries[0].Value));
    }

    [Fact]
    public async Task Leases_and_watches_outlive_a_handover_of_leadership()
    {
        await using var group = await ManifestGroup.FoundAsync(3);
        var follower = group.Followers.First();
        var lease = (LeaseResult)await follower.Node.GrantAsync(0, 5, CancellationToken.None);
        await follower.DoAsync(Put("leased", "1", lease.Id));
        using var watch = follower.Node.Watch();
        await watch.AddAsync(new WatchRequest { Range = Key("leased") }, CancellationToken.None);
        Assert.Equal(WatchMessageKind.Created, (await watch.TakeAsync(CancellationToken.None)).Kind);
        // Who leads may be lost on the way: the machine may be busy.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await group.LeadAsync() is var leader && leader != follower)
        {
            var answer = await leader.Raft!.TransferLeadershipAsync(follower.Raft!.Id, limit.Token);
            Assert.True(answer is RaftError.None or RaftError.NotLeader or RaftError.LeaderLost, $"{answer}");
        }

        var ended = await watch.TakeAsync(new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);
        Assert.True(ended.Events[0].IsDeletion);
        await group.AgreeAsync();
    }
}
