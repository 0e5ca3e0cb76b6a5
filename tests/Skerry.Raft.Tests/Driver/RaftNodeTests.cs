namespace Skerry.Raft.Tests.Driver;

/// <summary>Real nodes in one process: sockets, disks and time are those of the machine.</summary>
public sealed class RaftNodeTests
{
    private static readonly Func<RaftOptions, RaftOptions> Small = options => options with { SnapshotBytes = 16 << 10, TrailingEntries = 10, SegmentSize = 8 << 10 };

    private static CancellationToken Limit => new CancellationTokenSource(Eventually.Limit).Token;

    [Fact]
    public async Task Three_nodes_elect_a_leader_and_apply_the_same_commands()
    {
        await using var group = await NodeGroup.FoundAsync(3);
        Assert.Null((await group.PutAsync("a", "1")).Value);
        Assert.Equal("1", (await group.PutAsync("a", "2")).Value);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => group.PutAsync($"k{i}", "v")));
        await group.PutAsync("last", "x");
        await group.AgreeAsync("last", "x");
        Assert.All(group.Nodes, node => Assert.Equal(202, node.Machine.Keys.Count));
        var leader = await group.LeaderAsync();
        var follower = group.Nodes.First(node => node != leader);
        Assert.Equal(RaftError.NotLeader, (await follower.PutAsync("a", "3")).Error);
        Assert.Equal(leader.Name, follower.Raft.Status.Leader);
    }

    [Fact]
    public async Task A_read_index_asked_anywhere_waits_until_what_was_committed_is_applied()
    {
        await using var group = await NodeGroup.FoundAsync(3);
        for (var i = 0; i < 20; i++)
        {
            var index = (await group.PutAsync("a", $"{i}")).Index;
            foreach (var node in group.Nodes)
            {
                var read = await node.Raft.ReadIndexAsync(i % 2 == 0 ? RaftReadMode.Quorum : RaftReadMode.Lease, Limit);
                if (read.Error == RaftError.NotLeader) continue;
                Assert.Equal(RaftError.None, read.Error);
                Assert.True(read.Index >= index);
                Assert.Equal($"{i}", node.Machine.Keys["a"]);
            }
        }
    }

    [Fact]
    public async Task The_group_goes_on_without_its_leader_and_the_leader_comes_back()
    {
        await using var group = await NodeGroup.FoundAsync(3);
        await group.PutAsync("before", "1");
        var old = await group.LeaderAsync();
        await old.StopAsync();
        await group.LeaderAsync(old);
        await group.PutAsync("after", "2");
        await old.StartAsync();
        await group.AgreeAsync("after", "2");
        Assert.Equal("1", old.Machine.Keys["before"]);
    }

    [Fact]
    public async Task All_that_was_acknowledged_is_there_after_all_were_down()
    {
        await using var group = await NodeGroup.FoundAsync(3);
        for (var i = 0; i < 50; i++) await group.PutAsync($"k{i}", $"{i}");
        var ids = group.Nodes.ConvertAll(node => node.Id);
        foreach (var node in group.Nodes) await node.StopAsync();
        foreach (var node in group.Nodes) await node.StartAsync();
        Assert.Equal(ids, group.Nodes.ConvertAll(node => node.Id));
        await group.PutAsync("last", "x");
        await group.AgreeAsync("last", "x");
        Assert.All(group.Nodes, node => Assert.Equal(51, node.Machine.Keys.Count));
    }

    [Fact]
    public async Task Logs_are_compacted_and_who_was_away_too_long_gets_a_snapshot()
    {
        await using var group = await NodeGroup.FoundAsync(3, Small);
        await group.PutAsync("first", "1");
        var leader = await group.LeaderAsync();
        var away = group.Nodes.First(node => node != leader);
        await away.StopAsync();
        for (var i = 0; i < 300; i++) await group.PutAsync($"k{i}", new string('v', 2000));
        await Eventually.HoldsAsync(() => group.Up.All(node => node.Raft.Status.FirstIndex > 100), group.Describe);
        await away.StartAsync();
        await group.PutAsync("last", "x");
        await group.AgreeAsync("last", "x");
        Assert.Equal(1, away.Machine.Restores);
        foreach (var node in group.Nodes) await node.StopAsync();
        foreach (var node in group.Nodes) await node.StartAsync();
        await group.PutAsync("again", "y");
        await group.AgreeAsync("again", "y");
        Assert.All(group.Nodes, node => Assert.Equal(1, node.Machine.Restores));
        Assert.All(group.Nodes, node => Assert.Equal(303, node.Machine.Keys.Count));
        Assert.All(group.Nodes, node => Assert.True(Directory.GetFiles(node.Path).Sum(file => new FileInfo(file).Length) < 1_600_000));
    }

    [Fact]
    public async Task Snapshots_grow_rarer_with_the_state()
    {
        await using var group = await NodeGroup.FoundAsync(1, Small);
        for (var i = 0; i < 400; i++) await group.PutAsync($"k{i}", new string('v', 2000));
        // 800 KB in steps of 16 would be 50; in steps of 16, and a quarter of what there is, some 15.
        Assert.InRange(group.Nodes[0].Machine.Snapshots, 5, 25);
    }

    [Fact]
    public async Task A_snapshot_whose_stream_breaks_goes_on_where_it_was()
    {
        await using var group = await NodeGroup.FoundAsync(1, options => options with { SnapshotBytes = 1 << 20, TrailingEntries = 0 });
        var leader = await group.LeaderAsync();
        for (var i = 0; i < 40; i++) await group.PutAsync($"k{i}", new string('v', 500_000));
        leader.Raft.RequestSnapshot();
        await Eventually.HoldsAsync(() => leader.Raft.Status.FirstIndex > 30, group.Describe);
        var added = await group.AddAsync("n2");
        await group.ChangeAsync(new RaftMemberChange(RaftMemberChangeKind.Add, added.Id, "n2"));
        for (var cuts = 0; added.Machine.Restores == 0 && cuts < 3; cuts++)
        {
            var had = Received(added);
            await Eventually.HoldsAsync(() => Received(added) > had + 2_000_000 || added.Machine.Restores > 0, group.Describe);
            leader.Transport.Cut("n2");
        }

        await group.PutAsync("last", "x");
        await group.AgreeAsync("last", "x");

        static long Received(TestNode node) => Directory.GetFiles(node.Path, "snapshot-*").Select(file => new FileInfo(file)).Where(file => file.Exists).Sum(file => file.Length);
    }

    [Fact]
    public async Task An_observer_is_added_promoted_leads_and_is_removed()
    {
        await using var group = await NodeGroup.FoundAsync(3);
        await group.PutAsync("a", "1");
        var fourth = await group.AddAsync("n4");
        await group.ChangeAsync(new RaftMemberChange(RaftMemberChangeKind.Add, fourth.Id, "n4"));
        await group.AgreeAsync("a", "1");
        Assert.Equal(RaftMemberRole.Observer, fourth.Raft.Status.Members.Single(member => member.Id == fourth.Id).Role);
        var leader = await group.LeaderAsync();
        Assert.Equal(RaftError.AlreadyMember, await leader.Raft.ChangeMembersAsync([new(RaftMemberChangeKind.Add, fourth.Id, "n4")], Limit));
        await group.ChangeAsync(new RaftMemberChange(RaftMemberChangeKind.Promote, fourth.Id));
        await group.HandOverAsync(fourth);
        await group.PutAsync("b", "2");
        await group.AgreeAsync("b", "2");
        await group.ChangeAsync(new RaftMemberChange(RaftMemberChangeKind.Remove, leader.Id));
        // Who was removed hears nothing any more, stands again and again, and does not fill its log with that.
        var changes = 0;
        leader.Raft.Changed += _ => Interlocked.Increment(ref changes);
        await Eventually.HoldsAsync(() => Volatile.Read(ref changes) > 2, group.Describe);
        var said = leader.Roles.Messages.Count;
        await Eventually.HoldsAsync(() => Volatile.Read(ref changes) > 4, group.Describe);
        Assert.Equal(said, leader.Roles.Messages.Count);
        await leader.StopAsync();
        await group.PutAsync("c", "3");
        await group.AgreeAsync("c", "3");
        Assert.Equal(3, fourth.Raft.Status.Members.Length);
    }

    [Fact]
    public async Task A_group_of_one_grows_to_three_without_a_restart()
    {
        await using var group = await NodeGroup.FoundAsync(1);
        await group.PutAsync("a", "1");
        foreach (var name in (string[])["n2", "n3"])
        {
            var added = await group.AddAsync(name);
            await group.ChangeAsync(new RaftMemberChange(RaftMemberChangeKind.Add, added.Id, name));
            await group.AgreeAsync("a", "1");
            await group.ChangeAsync(new RaftMemberChange(RaftMemberChangeKind.Promote, added.Id));
        }

        await group.Nodes[0].StopAsync();
        await group.PutAsync("b", "2");
        await group.AgreeAsync("b", "2");
    }

    [Fact]
    public async Task A_wiped_node_comes_back_as_somebody_else_and_has_no_vote()
    {
        await using var group = await NodeGroup.FoundAsync(3);
        await group.PutAsync("a", "1");
        var leader = await group.LeaderAsync();
        var wiped = group.Nodes.First(node => node != leader);
        var id = wiped.Id;
        await wiped.StopAsync();
        Directory.Delete(wiped.Path, recursive: true);
        await wiped.StartAsync();
        Assert.NotEqual(id, wiped.Id);
        await group.PutAsync("b", "2");
        Assert.Empty(wiped.Machine.Keys);
        Assert.Equal(0ul, wiped.Raft.Status.LastIndex);
        await group.ChangeAsync(new RaftMemberChange(RaftMemberChangeKind.Remove, id), new RaftMemberChange(RaftMemberChangeKind.Add, wiped.Id, wiped.Name));
        await group.AgreeAsync("b", "2");
    }

    [Fact]
    public async Task A_leader_without_a_quorum_says_so_within_a_bounded_time()
    {
        await using var group = await NodeGroup.FoundAsync(3);
        var leader = await group.LeaderAsync();
        foreach (var node in group.Nodes.Where(node => node != leader)) await node.StopAsync();
        var result = await leader.PutAsync("a", "1");
        Assert.True(result.Error is RaftError.LeaderLost or RaftError.NotLeader, result.ToString());
        Assert.Equal(RaftError.NotLeader, (await leader.PutAsync("a", "2")).Error);
    }

    [Fact]
    public async Task A_full_disk_is_an_error_loses_nothing_and_goes_on_when_there_is_room()
    {
        await using var group = await NodeGroup.FoundAsync(1, Small);
        await group.PutAsync("a", "1");
        var node = group.Nodes[0];
        node.Directory.IsFull = true;
        var waiting = new List<Task<RaftResult>>();
        var error = RaftError.None;
        for (var i = 0; error != RaftError.DiskFull; i++)
        {
            var put = node.PutAsync($"k{i}", new string('v', 1000));
            await Task.WhenAny(put, Task.Run(() => Eventually.HoldsAsync(() => node.Raft.Status.IsDiskFull || put.IsCompleted, group.Describe)));
            if (put.IsCompleted) error = (await put).Error;
            else waiting.Add(put);
        }

        Assert.True(node.Raft.Status.IsDiskFull);
        Assert.Equal(RaftError.DiskFull, (await node.PutAsync("b", "2")).Error);
        node.Directory.IsFull = false;
        // What gathered behind the write that found no room was not taken yet, and is refused.
        var results = await Task.WhenAll(waiting);
        Assert.Equal(RaftError.None, results[0].Error);
        Assert.True(results.All(result => result.Error is RaftError.None or RaftError.DiskFull), "Some had another error.");
        await Eventually.HoldsAsync(() => !node.Raft.Status.IsDiskFull, group.Describe);
        await group.PutAsync("b", "3");
        await node.StopAsync();
        await node.StartAsync();
        await group.PutAsync("c", "4");
        Assert.Equal("3", node.Machine.Keys["b"]);
        Assert.Equal("1", node.Machine.Keys["a"]);
    }

    [Fact]
    public async Task A_leader_whose_disk_is_full_hands_over()
    {
        await using var group = await NodeGroup.FoundAsync(3, Small);
        var leader = await group.LeaderAsync();
        leader.Directory.IsFull = true;
        for (var i = 0; leader.Raft.Status.IsLeader && i < 10_000; i++) await leader.PutAsync($"k{i}", new string('v', 1000));
        var next = await group.LeaderAsync(leader);
        await group.PutAsync("a", "1");
        leader.Directory.IsFull = false;
        await group.AgreeAsync("a", "1");
        Assert.True(next.Raft.Status.CommitIndex > 0);
    }

    [Fact]
    public async Task Whoever_waits_is_told_when_the_node_stops()
    {
        await using var group = await NodeGroup.FoundAsync(3);
        var leader = await group.LeaderAsync();
        foreach (var node in group.Nodes.Where(node => node != leader)) await node.StopAsync();
        var puts = Enumerable.Range(0, 100).Select(i => leader.PutAsync($"k{i}", "v")).ToList();
        var raft = leader.Raft;
        await leader.StopAsync();
        Assert.All(await Task.WhenAll(puts), result => Assert.NotEqual(RaftError.None, result.Error));
        Assert.Equal(RaftError.Stopped, (await raft.ProposeAsync("a=1"u8.ToArray(), CancellationToken.None)).Error);
        Assert.Equal(RaftError.Stopped, (await raft.ReadIndexAsync(RaftReadMode.Quorum, CancellationToken.None)).Error);
    }

    [Fact]
    public async Task A_leader_that_is_cut_off_steps_down_and_follows_the_next_one()
    {
        await using var group = await NodeGroup.FoundAsync(3);
        await group.PutAsync("a", "1");
        var old = await group.LeaderAsync();
        group.Network.Reaches = (from, to) => from != old.Name && to != old.Name;
        foreach (var node in group.Nodes) (node == old ? group.Nodes : [old]).ForEach(peer => node.Transport.Cut(peer.Name));
        var lost = old.PutAsync("lost", "x");
        await Eventually.HoldsAsync(() => !old.Raft.Status.IsLeader, group.Describe);
        Assert.Equal(RaftError.LeaderLost, (await lost).Error);
        var next = await group.LeaderAsync(old);
        Assert.Equal(RaftError.None, (await next.PutAsync("a", "2")).Error);
        group.Network.Reaches = (_, _) => true;
        await group.AgreeAsync("a", "2");
        Assert.DoesNotContain("lost", old.Machine.Keys.Keys);
    }

    [Fact]
    public async Task A_node_whose_flush_fails_stops_and_the_others_go_on()
    {
        await using var group = await NodeGroup.FoundAsync(3);
        await group.PutAsync("a", "1");
        var broken = await group.LeaderAsync();
        broken.Directory.IsBroken = true;
        var result = await broken.PutAsync("b", "2");
        await Eventually.HoldsAsync(() => broken.Raft.Status.Failure is not null, group.Describe);
        Assert.Contains("flushed", broken.Raft.Status.Failure!.Message, StringComparison.Ordinal);
        Assert.Equal(RaftError.Stopped, (await broken.PutAsync("b", "3")).Error);
        var next = await group.LeaderAsync(broken);
        Assert.Equal(RaftError.None, (await next.PutAsync("c", "4")).Error);
        await broken.StopAsync();
        await broken.StartAsync();
        await group.AgreeAsync("c", "4");
        Assert.True(result.Error != RaftError.None || broken.Machine.Keys["b"] == "2");
    }

    [Fact]
    public async Task A_snapshot_that_finds_no_room_to_come_to_comes_again_when_there_is()
    {
        await using var group = await NodeGroup.FoundAsync(3, Small);
        var leader = await group.LeaderAsync();
        var away = group.Nodes.First(node => node != leader);
        await away.StopAsync();
        for (var i = 0; i < 100; i++) await group.PutAsync($"k{i}", new string('v', 2000));
        await Eventually.HoldsAsync(() => group.Up.All(node => node.Raft.Status.FirstIndex > 50), group.Describe);
        away.StartsFull = true;
        await away.StartAsync();
        await Eventually.HoldsAsync(() => away.Raft.Status.LeaderId != 0, group.Describe);
        await group.PutAsync("last", "x");
        Assert.Equal(0, away.Machine.Restores);
        away.Directory.IsFull = false;
        await group.AgreeAsync("last", "x");
        Assert.Equal(1, away.Machine.Restores);
    }

    [Fact]
    public async Task A_damaged_snapshot_that_is_needed_is_refused_and_the_directory_stays_as_it_is()
    {
        await using var group = await NodeGroup.FoundAsync(1, Small);
        var node = group.Nodes[0];
        for (var i = 0; i < 100; i++) await group.PutAsync($"k{i}", new string('v', 2000));
        await Eventually.HoldsAsync(() => node.Raft.Status.FirstIndex > 50, group.Describe);
        await node.StopAsync();
        var file = Directory.GetFiles(node.Path, "snapshot-*").Order(StringComparer.Ordinal).Last();
        var sound = await File.ReadAllBytesAsync(file);
        var damaged = (byte[])sound.Clone();
        damaged[damaged.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(file, damaged);
        Assert.Contains("damaged", (await Assert.ThrowsAsync<Storage.StorageException>(node.StartAsync)).Message, StringComparison.Ordinal);
        node.Release();
        await File.WriteAllBytesAsync(file, sound);
        await node.StartAsync();
        await group.PutAsync("last", "x");
        Assert.Equal(101, node.Machine.Keys.Count);
    }

    [Fact]
    public async Task A_directory_of_another_node_or_group_is_refused()
    {
        await using var group = await NodeGroup.FoundAsync(1);
        var node = group.Nodes[0];
        await node.StopAsync();
        var stranger = new TestNode(group.Network, "n9", node.Path, options => options);
        Assert.Contains("site/n1", (await Assert.ThrowsAsync<Storage.StorageException>(stranger.StartAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changes_of_role_and_leader_are_told_in_order()
    {
        await using var group = await NodeGroup.FoundAsync(3);
        var leader = await group.LeaderAsync();
        var seen = new System.Collections.Concurrent.ConcurrentQueue<RaftStatus>();
        var heir = group.Nodes.First(node => node != leader);
        heir.Raft.Changed += seen.Enqueue;
        await group.HandOverAsync(heir);
        await Eventually.HoldsAsync(() => seen.Any(status => status.IsLeader), group.Describe);
        Assert.Equal(seen.Select(status => status.Term).Order(), seen.Select(status => status.Term));
        Assert.Equal(RaftError.NoChange, await heir.Raft.TransferLeadershipAsync(heir.Id, Limit));
    }
}
