using static Skerry.Manifest.Tests.Ops;

namespace Skerry.Manifest.Tests;

/// <summary>A node before its group's log: retries, times, space, snapshots.</summary>
public sealed class ManifestNodeTests
{
    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task A_write_whose_answer_was_lost_is_applied_once()
    {
        await using var test = new TestNode();
        test.Log.AnswersToLose = 1;
        var result = await test.DoAsync(Put("a", "1"));
        Assert.Equal((ManifestError.None, 2, false), (result.Error, result.Revision, result.IsRepeated));
        Assert.Equal(2, test.Node.Status.Revision);
    }

    [Fact]
    public async Task Without_a_leader_reads_that_allow_it_go_on_and_the_rest_is_refused_in_time()
    {
        await using var test = new TestNode(new ManifestOptions { RequestTimeout = TimeSpan.FromMilliseconds(200) });
        await test.DoAsync(Put("a", "1"));
        test.Log.IsLost = true;
        Assert.Equal(ManifestError.NoLeader, (await test.DoAsync(Put("a", "2"))).Error);
        Assert.Equal(ManifestError.NoLeader, (await test.DoAsync(Get("a"))).Error);
        var stale = await test.DoAsync(new RangeOp { Range = Key("a"), IsSerializable = true });
        Assert.Equal("1", Text(((RangeResult)stale).Entries[0].Value));
        test.Log.IsLost = false;
        Assert.Equal(3, (await test.DoAsync(Put("a", "3"))).Revision);
    }

    [Fact]
    public async Task A_write_waits_for_a_leader_as_long_as_it_may()
    {
        await using var test = new TestNode();
        test.Log.IsLost = true;
        var write = test.DoAsync(Put("a", "1"));
        await Eventually.HoldsAsync(() => test.Log.Proposals > 1);
        Assert.False(write.IsCompleted);
        test.Log.IsLost = false;
        Assert.True((await write).IsDone);
    }

    [Fact]
    public async Task A_lease_ends_when_its_time_is_over_and_not_before()
    {
        var time = new ManualTime();
        await using var test = new TestNode(time: time);
        var lease = (LeaseResult)await test.Node.GrantAsync(0, 10, None);
        await test.DoAsync(Put("a", "1", lease.Id));
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(1, (await test.Node.TimeToLiveAsync(lease.Id, true, None)).Ttl);
        Assert.Equal(10, (await test.Node.RenewAsync(lease.Id, None)).Ttl);
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(1, (await test.Node.TimeToLiveAsync(lease.Id, false, None)).Ttl);
        await Eventually.HoldsAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(200));
            return test.Node.Status is { Leases: 0, Keys: 0 };
        });
        Assert.Equal(-1, (await test.Node.TimeToLiveAsync(lease.Id, false, None)).Ttl);
        Assert.Equal(ManifestError.LeaseNotFound, (await test.Node.RenewAsync(lease.Id, None)).Error);
    }

    [Fact]
    public async Task Time_without_a_leader_does_not_count_against_leases()
    {
        var time = new ManualTime();
        await using var test = new TestNode(time: time);
        var lease = (LeaseResult)await test.Node.GrantAsync(7, 10, None);
        test.Log.IsLost = true;
        time.Advance(TimeSpan.FromHours(1));
        // In this order: who looks for leases that are over may look in between.
        test.Log.Term = 3;
        test.Log.IsLost = false;
        await test.DoAsync(Put("a", "1", lease.Id));
        Assert.InRange((await test.Node.TimeToLiveAsync(7, false, None)).Ttl, 9, 10);
        Assert.Equal(1, test.Node.Status.Leases);
    }

    [Fact]
    public async Task A_session_that_is_not_renewed_ends_and_lets_its_lock_go()
    {
        var time = new ManualTime();
        await using var test = new TestNode(time: time);
        await test.Node.CreateSessionAsync(new ManifestSession { Id = "one", Ttl = 10 }, None);
        var held = (LockResult)await test.DoAsync(new LockOp { Key = Bytes("door"), Session = "one" });
        Assert.Equal(1, held.LockIndex);
        time.Advance(TimeSpan.FromSeconds(19));
        Assert.True((await test.Node.RenewSessionAsync("one", None)).IsDone);
        time.Advance(TimeSpan.FromSeconds(19));
        Assert.Equal("one", Assert.Single(test.Node.Sessions.Sessions).Id);
        await Eventually.HoldsAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(200));
            return test.Node.Sessions is { Sessions.Count: 0, Index: 2 };
        });
        Assert.Null(((RangeResult)await test.DoAsync(Get("door"))).Entries[0].Facts!.Session);
        Assert.Equal(ManifestError.SessionNotFound, (await test.Node.RenewSessionAsync("one", None)).Error);
        Assert.Equal(ManifestError.Malformed, (await test.Node.CreateSessionAsync(new ManifestSession { Id = new string('é', 400) }, None)).Error);
    }

    [Fact]
    public async Task Leases_get_the_least_time_there_is()
    {
        await using var test = new TestNode();
        Assert.Equal(2, ((LeaseResult)await test.Node.GrantAsync(0, 1, None)).Ttl);
        Assert.Equal(2, ((LeaseResult)await test.Node.GrantAsync(0, -5, None)).Ttl);
        Assert.Equal(ManifestError.LeaseTtlTooLarge, (await test.Node.GrantAsync(0, long.MaxValue, None)).Error);
        Assert.Equal(2, (await test.Node.LeasesAsync(None)).Ids.Count);
    }

    [Fact]
    public async Task Ten_thousand_renewals_at_once_cost_few_commands()
    {
        await using var test = new TestNode();
        for (var i = 1; i <= 1000; i++) await test.Node.GrantAsync(i, 60, None);
        var before = test.Log.Status.Applied;
        test.Log.IsLost = true;
        var renewals = Enumerable.Range(0, 10_000).Select(i => test.Node.RenewAsync((i % 1000) + 1, None)).ToArray();
        test.Log.IsLost = false;
        Assert.All(await Task.WhenAll(renewals), renewal => Assert.Equal(60, renewal.Ttl));
        // One that was under way already, and one for all the others.
        Assert.InRange(test.Log.Status.Applied - before, 1ul, 2ul);
    }

    [Fact]
    public async Task Ten_thousand_leases_that_end_at_once_end_in_few_commands_and_writes_go_on_meanwhile()
    {
        const int leases = 10_000;
        var time = new ManualTime();
        await using var test = new TestNode(time: time);
        for (var i = 1; i <= leases; i++)
        {
            await test.Node.GrantAsync(i, 10, None);
            if (i % 10 == 0) await test.DoAsync(Put($"held/{i}", "1", i));
        }

        var before = test.Log.Status.Applied;
        var writes = 0UL;
        await Eventually.HoldsAsync(async () =>
        {
            time.Advance(TimeSpan.FromMilliseconds(500));
            writes++;
            Assert.True((await test.DoAsync(Put("free", "1"))).IsDone);
            return test.Node.Status is { Leases: 0, Keys: 1 };
        });
        Assert.InRange(test.Log.Status.Applied - before - writes, 20UL, 40UL);
    }

    [Fact]
    public async Task Beyond_the_quota_writes_are_refused_until_space_is_freed_and_the_alarm_lifted()
    {
        await using var test = new TestNode(new ManifestOptions { QuotaBytes = 100_000 });
        ManifestResult result;
        do result = await test.DoAsync(Put("a", new string('v', 10_000)));
        while (result.IsDone);
        Assert.Equal(ManifestError.NoSpace, result.Error);
        var alarm = Assert.Single(test.Node.Status.Alarms);
        Assert.True((await test.Node.CompactAsync(test.Node.Status.Revision, None)).IsDone);
        Assert.Equal(ManifestError.NoSpace, (await test.DoAsync(Put("b", "1"))).Error);
        await test.Node.AlarmAsync(false, alarm, None);
        Assert.True((await test.DoAsync(Put("b", "1"))).IsDone);
    }

    [Fact]
    public async Task Requests_above_the_limit_are_refused()
    {
        await using var test = new TestNode();
        Assert.Equal(ManifestError.RequestTooLarge, (await test.DoAsync(Put("a", new string('v', ManifestLimits.MaxRequestBytes)))).Error);
        Assert.True((await test.DoAsync(Put("a", new string('v', ManifestLimits.MaxRequestBytes - 100)))).IsDone);
    }

    [Fact]
    public async Task Entries_that_cannot_be_read_are_passed_over()
    {
        await using var test = new TestNode();
        await test.DoAsync(Put("a", "1"));
        var hash = test.Node.StateHash.Hash;
        test.Node.Apply(50, "rubbish"u8);
        test.Node.Apply(51, []);
        Assert.Equal((51ul, hash), test.Node.StateHash);
    }

    [Fact]
    public async Task A_node_takes_up_a_snapshot_and_has_the_same_hash()
    {
        await using var first = new TestNode();
        await using var second = new TestNode();
        for (var i = 0; i < 100; i++) await first.DoAsync(Put($"k{i}", "v"));
        var bytes = new MemoryStream();
        using (var snapshot = first.Node.Snapshot())
        {
            await first.DoAsync(Put("later", "v"));
            snapshot.WriteTo(bytes);
            bytes.Position = 0;
            second.Node.Restore(snapshot.Index, bytes);
            Assert.Equal((snapshot.Index, snapshot.Hash), second.Node.StateHash);
        }

        Assert.Equal(100, second.Node.Status.Keys);
        Assert.Equal(first.Node.HashKeys(101), second.Node.HashKeys(101));
        Assert.NotEqual(first.Node.HashKeys(0).Hash, second.Node.HashKeys(0).Hash);
        Assert.Throws<InvalidDataException>(() => second.Node.Restore(1, new MemoryStream([1, 2, 3, 4, 5, 6])));
        Assert.Equal(100, second.Node.Status.Keys);
    }

    [Fact]
    public async Task Readers_beside_writes_and_compactions_see_whole_revisions()
    {
        await using var test = new TestNode();
        using var stop = new CancellationTokenSource();
        await test.DoAsync(new TxnOp { Success = [.. Enumerable.Range(0, 20).Select(i => Put($"k{i:d2}", "0"))] });
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            var reads = 0;
            for (; !stop.IsCancellationRequested || reads == 0; reads++)
            {
                var result = (RangeResult)await test.DoAsync(GetAll());
                Assert.Equal(20, result.Count);
                Assert.Single(result.Entries.Select(entry => Text(entry.Value)).Distinct());
            }

            return reads;
        })).ToArray();
        for (var round = 1; round < 1500; round++)
        {
            var value = $"{round}";
            // Deleted and made anew in turn, so that keys come and go in the tree.
            if (round % 3 == 0) await test.DoAsync(new TxnOp { Success = [.. Enumerable.Range(0, 20).Select(i => Delete($"k{i:d2}")), .. Enumerable.Range(0, 20).Select(i => Put($"j{i:d2}", value))] });
            else if (round % 3 == 1) await test.DoAsync(new TxnOp { Success = [.. Enumerable.Range(0, 20).Select(i => Delete($"j{i:d2}")), .. Enumerable.Range(0, 20).Select(i => Put($"k{i:d2}", value))] });
            else await test.Node.CompactAsync(test.Node.Status.Revision, None);
        }

        await stop.CancelAsync();
        foreach (var reads in await Task.WhenAll(readers)) Assert.True(reads > 0);
    }
}
