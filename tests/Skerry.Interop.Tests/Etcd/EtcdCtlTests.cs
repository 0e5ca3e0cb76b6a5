using System.Net;

using Skerry.Manifest;
using Skerry.Manifest.Tests;

namespace Skerry.Interop.Tests.Etcd;

/// <summary>etcdctl's commands that go on, or that need more than one.</summary>
public sealed class EtcdCtlTests
{
    [Fact]
    public async Task A_watch_tells_what_comes_and_ends_by_compaction_where_it_must()
    {
        await using var door = await EtcdDoor.StartAsync();
        await using (var watch = EtcdCtl.Start(door.Address, "watch", "-i"))
        {
            await watch.SayAsync("watch a --prev-kv");
            await watch.SayAsync("watch b --prefix");
            await UntilAsync(() => door.Node.Status.Watchers == 2, "two watchers");
            await door.CtlAsync("put", "a", "1");
            Assert.Equal(["PUT", "a", "1"], await watch.LinesAsync(3));
            await door.CtlAsync("put", "a", "2");
            Assert.Equal(["PUT", "a", "1", "a", "2"], (await watch.LinesAsync(5)).Where(line => line.Length > 0));
            await door.CtlAsync("put", "bz", "3");
            Assert.Equal(["PUT", "bz", "3"], await watch.LinesAsync(3));
            await watch.SayAsync("progress");
            Assert.Equal("progress notify: 4", (await watch.LinesAsync(1))[0]);
        }

        await UntilAsync(() => door.Node.Status.Watchers == 0, "no watcher");
        await door.CtlAsync("compaction", "4");
        await using var late = EtcdCtl.Start(door.Address, "watch", "a", "--rev", "2");
        var ended = await Assert.ThrowsAsync<EndOfStreamException>(() => late.LinesAsync(1));
        Assert.Contains("required revision has been compacted", ended.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lock_passes_on_when_its_holder_lets_go()
    {
        await using var door = await EtcdDoor.StartAsync();
        await using var first = EtcdCtl.Start(door.Address, "lock", "door");
        var key = (await first.LinesAsync(1))[0];
        Assert.StartsWith("door/", key, StringComparison.Ordinal);
        await using var second = EtcdCtl.Start(door.Address, "lock", "door");
        await UntilAsync(() => door.Node.Status.Keys == 2, "two who want the lock");
        await first.InterruptAsync();
        Assert.NotEqual(key, (await second.LinesAsync(1))[0]);
        await second.InterruptAsync();
        await UntilAsync(() => door.Node.Status is { Keys: 0, Leases: 0 }, "no key and no lease");
    }

    [Fact]
    public async Task A_lock_runs_a_command_and_is_free_after_it()
    {
        await using var door = await EtcdDoor.StartAsync();
        var answer = await door.CtlAsync("lock", "door", "--", "sh", "-c", "echo held $ETCD_LOCK_KEY");
        Assert.StartsWith("held door/", answer.Output, StringComparison.Ordinal);
        await UntilAsync(() => door.Node.Status.Keys == 0, "no key");
    }

    [Fact]
    public async Task The_lock_of_one_that_was_killed_is_free_when_its_lease_ends()
    {
        await using var door = await EtcdDoor.StartAsync();
        await using (var killed = EtcdCtl.Start(door.Address, "lock", "door", "--ttl", "2")) await killed.LinesAsync(1);
        Assert.Equal(1, door.Node.Status.Leases);
        await using var next = EtcdCtl.Start(door.Address, "lock", "door");
        Assert.StartsWith("door/", (await next.LinesAsync(1))[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_election_has_one_winner_and_shows_it()
    {
        await using var door = await EtcdDoor.StartAsync();
        await using var first = EtcdCtl.Start(door.Address, "elect", "post", "first");
        Assert.StartsWith("post/", (await first.LinesAsync(2))[0], StringComparison.Ordinal);
        await using var watching = EtcdCtl.Start(door.Address, "elect", "--listen", "post");
        Assert.Equal("first", (await watching.LinesAsync(2))[1]);
        await using var second = EtcdCtl.Start(door.Address, "elect", "post", "second");
        await UntilAsync(() => door.Node.Status.Keys == 2, "two candidates");
        await first.InterruptAsync();
        Assert.Equal("second", (await second.LinesAsync(2))[1]);
        Assert.Equal("second", (await watching.LinesAsync(2))[1]);
    }

    [Fact]
    public async Task A_lease_is_kept_alive_until_the_keeper_stops()
    {
        await using var door = await EtcdDoor.StartAsync();
        var id = (await door.CtlAsync("lease", "grant", "2")).Output.Split(' ')[1];
        Assert.Equal("OK\n", (await door.CtlAsync("put", "a", "1", "--lease", id)).Output);
        await using (var keeper = EtcdCtl.Start(door.Address, "lease", "keep-alive", id))
        {
            // More than its time: it would be gone.
            foreach (var line in await keeper.LinesAsync(4)) Assert.Equal($"lease {id} keepalived with TTL(2)", line);
            Assert.Equal(1, door.Node.Status.Leases);
        }

        await UntilAsync(() => door.Node.Status is { Leases: 0, Keys: 0 }, "the lease to end");
    }

    [Fact]
    public async Task A_mirror_takes_what_is_there_and_what_comes()
    {
        await using var door = await EtcdDoor.StartAsync();
        await using var other = await EtcdDoor.StartAsync();
        await door.CtlAsync("put", "before", "1");
        await using var mirror = EtcdCtl.Start(door.Address, "make-mirror", other.Address);
        await UntilAsync(() => other.Node.Status.Keys == 1, "what was there");
        await door.CtlAsync("put", "after", "2");
        await UntilAsync(() => other.Node.Status.Keys == 2, "what came");
        await door.CtlAsync("del", "before");
        await UntilAsync(() => other.Node.Status.Keys == 1, "a deletion");
        Assert.Equal("after\n2\n", (await other.CtlAsync("get", "", "--prefix")).Output);
    }

    [Fact]
    public async Task A_snapshot_is_saved()
    {
        await using var door = await EtcdDoor.StartAsync();
        for (var i = 0; i < 30; i++)
            await door.Node.ExecuteAsync(new PutOp { Key = new[] { (byte)i }, Value = new byte[10_000] }, CancellationToken.None);
        var file = Path.GetTempFileName();
        var answer = await door.CtlAsync("snapshot", "save", file);
        Assert.True(answer.ExitCode == 0, answer.ToString());
        await using var restored = await EtcdDoor.StartAsync();
        // The file is the snapshot and its SHA-256.
        var bytes = await File.ReadAllBytesAsync(file);
        Assert.Equal(System.Security.Cryptography.SHA256.HashData(bytes.AsSpan(..^32)), bytes[^32..]);
        restored.Node.Restore(30, new MemoryStream(bytes, 0, bytes.Length - 32));
        Assert.Equal(door.Node.StateHash.Hash, restored.Node.StateHash.Hash);
        File.Delete(file);
    }

    [Fact]
    public async Task Without_space_etcdctl_sees_the_alarm_and_lifts_it()
    {
        await using var door = await EtcdDoor.StartAsync(new ManifestOptions { QuotaBytes = 100_000 });
        EtcdCtl.Answer answer;
        do answer = await door.CtlAsync("put", "a", new string('v', 50_000));
        while (answer.ExitCode == 0);
        Assert.Contains("etcdserver: mvcc: database space exceeded", answer.Error, StringComparison.Ordinal);
        Assert.Equal("memberID:10276657743932975437 alarm:NOSPACE \n", (await door.CtlAsync("alarm", "list")).Output);
        Assert.NotEqual(0, (await door.CtlAsync("endpoint", "health")).ExitCode + (await HttpAsync(door, "/health")).Status - 200);
        Assert.Equal(0, (await door.CtlAsync("compaction", $"{door.Node.Status.Revision}")).ExitCode);
        Assert.Equal("memberID:10276657743932975437 alarm:NOSPACE \n", (await door.CtlAsync("alarm", "disarm")).Output);
        Assert.Equal("OK\n", (await door.CtlAsync("put", "a", "1")).Output);
    }

    [Fact]
    public async Task The_state_of_endpoints_is_shown()
    {
        await using var door = await EtcdDoor.StartAsync();
        Assert.StartsWith($"{door.Address}, 8e9e05c52164694d, 3.5.", (await door.CtlAsync("endpoint", "status")).Output, StringComparison.Ordinal);
        Assert.Contains("is healthy", (await door.CtlAsync("endpoint", "health", "--cluster")).ToString(), StringComparison.Ordinal);
        Assert.Equal(0, (await door.CtlAsync("endpoint", "hashkv", "--cluster")).ExitCode);
        Assert.Contains(door.Address, (await door.CtlAsync("member", "list", "-w", "table")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await door.CtlAsync("move-leader", "8e9e05c52164694d")).ExitCode);
        Assert.Contains("Finished defragmenting", (await door.CtlAsync("defrag")).Output, StringComparison.Ordinal);
        // A name and password that are not asked for do no harm.
        await door.CtlAsync("put", "a", "1");
        var named = await door.CtlAsync("--user", "root:secret", "get", "a");
        Assert.Equal("a\n1\n", named.Output);
        Assert.Contains("etcdserver: authentication is not enabled", named.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_leader_etcdctl_is_told_so()
    {
        await using var door = await EtcdDoor.StartAsync(new ManifestOptions { RequestTimeout = TimeSpan.FromMilliseconds(300) });
        await door.CtlAsync("put", "a", "1");
        door.Log.IsLost = true;
        Assert.Contains("etcdserver: no leader", (await door.CtlAsync("put", "a", "2")).Error, StringComparison.Ordinal);
        Assert.Equal("a\n1\n", (await door.CtlAsync("get", "a", "--consistency", "s")).Output);
        Assert.NotEqual(0, (await door.CtlAsync("endpoint", "health")).ExitCode);
        Assert.Equal((503, """{"health":"false","reason":"RAFT NO LEADER"}"""), await HttpAsync(door, "/health"));
    }

    [Fact]
    public async Task Plain_http_is_answered_on_the_same_port()
    {
        await using var door = await EtcdDoor.StartAsync();
        Assert.Equal((200, """{"health":"true","reason":""}"""), await HttpAsync(door, "/health"));
        Assert.Contains("etcdserver", (await HttpAsync(door, "/version")).Body, StringComparison.Ordinal);
        Assert.Contains("process_resident_memory_bytes", (await HttpAsync(door, "/metrics")).Body, StringComparison.Ordinal);
        Assert.Equal(200, (await HttpAsync(door, "/debug/vars")).Status);
        Assert.Equal(404, (await HttpAsync(door, "/nothing")).Status);
    }

    [Fact, Trait("Speed", "Slow")]
    public async Task The_check_of_performance_runs_to_its_end()
    {
        await using var door = await EtcdDoor.StartAsync();
        var answer = await door.CtlAsync("check", "perf", "--load", "s", "--auto-compact", "--auto-defrag");
        // On a busy machine it may find the throughput too low: that is bench/'s to say, not a test's.
        Assert.Matches("(PASS|FAIL): Throughput (is|too low)", answer.Output);
        Assert.DoesNotContain("FAIL: too many errors", answer.Output, StringComparison.Ordinal);
    }

    private static async Task<(int Status, string Body)> HttpAsync(EtcdDoor door, string path)
    {
        using var client = new HttpClient { DefaultRequestVersion = HttpVersion.Version11 };
        using var response = await client.GetAsync(new Uri($"http://{door.Address}{path}"));
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static Task UntilAsync(Func<bool> condition, string what) => Eventually.HoldsAsync(condition, () => what);
}
