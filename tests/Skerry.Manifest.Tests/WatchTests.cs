using static Skerry.Manifest.Tests.Ops;

namespace Skerry.Manifest.Tests;

/// <summary>Watches: what is told, in which order, and what a reader that does not read costs.</summary>
public sealed class WatchTests : IAsyncDisposable
{
    private readonly TestNode _test = new();
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(30));

    private ManifestNode Node => _test.Node;

    public async ValueTask DisposeAsync()
    {
        await _test.DisposeAsync();
        _limit.Dispose();
    }

    [Fact]
    public async Task A_watcher_is_told_of_its_own_keys_and_no_others()
    {
        await _test.DoAsync(Put("a", "0"));
        using var stream = Node.Watch();
        await AddAsync(stream, new WatchRequest { Range = Key("a") });
        await AddAsync(stream, new WatchRequest { Range = KeyRange.Prefix(Bytes("b")) });
        await AddAsync(stream, new WatchRequest { Range = Between("c", "\0") });
        foreach (var key in new[] { "a", "aa", "b", "bz", "c", "zz", "0" }) await _test.DoAsync(Put(key, "1"));
        Assert.Equal(["0:a@3", "1:b@5", "1:bz@6", "2:c@7", "2:zz@8"], (await TakeAsync(stream, 5)).Order());
    }

    [Fact]
    public async Task A_revision_is_told_in_one_message_in_its_order()
    {
        await _test.DoAsync(Put("a", "0"));
        using var stream = Node.Watch();
        await AddAsync(stream, new WatchRequest { Range = KeyRange.All, WantsPrevious = true });
        await _test.DoAsync(new TxnOp { Success = [Put("c", "1"), Delete("a"), Put("b", "1")] });
        var message = await NextAsync(stream);
        Assert.Equal("c a b", string.Join(' ', message.Events.Select(change => Text(change.Entry.Key))));
        Assert.Equal((3, true, "0"), (message.Revision, message.Events[1].IsDeletion, Text(message.Events[1].Previous!.Value.Value)));
        Assert.Equal((3, 0, 0), (message.Events[1].Entry.ModRevision, message.Events[1].Entry.CreateRevision, message.Events[1].Entry.Version));
        Assert.Null(message.Events[0].Previous);
    }

    [Fact]
    public async Task The_past_is_told_first_and_then_what_comes()
    {
        for (var i = 2; i <= 5000; i++) await _test.DoAsync(Put($"k{i % 7}", "v"));
        using var stream = Node.Watch();
        await AddAsync(stream, new WatchRequest { Range = KeyRange.All, StartRevision = 3 });
        await AddAsync(stream, new WatchRequest { Range = Key("k3"), StartRevision = 3 });
        for (var i = 5001; i <= 6000; i++) await _test.DoAsync(Put($"k{i % 7}", "v"));
        var told = new Dictionary<long, List<long>> { [0] = [], [1] = [] };
        while (told[0].Count < 5998 || told[1].Count < Enumerable.Range(3, 5998).Count(i => i % 7 == 3))
        {
            var message = await NextAsync(stream);
            told[message.WatchId].AddRange(message.Events.Select(change => change.Entry.ModRevision));
        }

        Assert.Equal(Enumerable.Range(3, 5998).Select(i => (long)i), told[0]);
        Assert.Equal(Enumerable.Range(3, 5998).Where(i => i % 7 == 3).Select(i => (long)i), told[1]);
    }

    [Fact]
    public async Task A_watch_from_the_future_shows_nothing_earlier()
    {
        using var stream = Node.Watch();
        await AddAsync(stream, new WatchRequest { Range = KeyRange.All, StartRevision = 5 });
        foreach (var key in new[] { "a", "b", "c", "d", "e" }) await _test.DoAsync(Put(key, "1"));
        Assert.Equal(["0:d@5", "0:e@6"], await TakeAsync(stream, 2));
    }

    [Fact]
    public async Task A_watch_may_begin_at_the_compacted_revision_and_not_before()
    {
        foreach (var value in new[] { "1", "2", "3" }) await _test.DoAsync(Put("a", value));
        await _test.DoAsync(Delete("a"));
        await Node.CompactAsync(5, default);
        using var stream = Node.Watch();
        await AddAsync(stream, new WatchRequest { Range = Key("a"), StartRevision = 4 });
        var ended = await NextAsync(stream);
        Assert.Equal((WatchMessageKind.Compacted, 5L), (ended.Kind, ended.CompactRevision));
        await AddAsync(stream, new WatchRequest { Range = Key("a"), StartRevision = 5, WantsPrevious = true });
        var deletion = (await NextAsync(stream)).Events[0];
        Assert.True(deletion.IsDeletion);
        Assert.Null(deletion.Previous);
    }

    [Fact]
    public async Task Filters_leave_out_puts_or_deletions()
    {
        using var stream = Node.Watch();
        await AddAsync(stream, new WatchRequest { Range = Key("a"), SkipsPuts = true });
        await AddAsync(stream, new WatchRequest { Range = Key("a"), SkipsDeletes = true });
        await _test.DoAsync(Put("a", "1"));
        await _test.DoAsync(Delete("a"));
        Assert.Equal(["0:a@3", "1:a@2"], (await TakeAsync(stream, 2)).Order());
    }

    [Fact]
    public async Task Numbers_are_chosen_or_given_and_never_taken_twice()
    {
        using var stream = Node.Watch();
        await AddAsync(stream, new WatchRequest { Range = Key("a"), Id = 1 });
        Assert.Equal(0, await AddAsync(stream, new WatchRequest { Range = Key("a") }));
        Assert.Equal(2, await AddAsync(stream, new WatchRequest { Range = Key("a") }));
        await stream.AddAsync(new WatchRequest { Range = Key("a"), Id = 2 }, _limit.Token);
        await stream.AddAsync(new WatchRequest { Range = Between("b", "a") }, _limit.Token);
        await stream.AddAsync(new WatchRequest { Range = Key("a"), StartRevision = -1 }, _limit.Token);
        string[] reasons = [(await NextAsync(stream)).Reason, (await NextAsync(stream)).Reason, (await NextAsync(stream)).Reason];
        Assert.Equal(
            ["mvcc: duplicate watch ID provided on the WatchStream", "mvcc: watcher range is empty", "etcdserver: mvcc: required revision has been compacted"], reasons);
    }

    [Fact]
    public async Task A_cancelled_watcher_says_so_once_and_nothing_after()
    {
        using var stream = Node.Watch();
        await AddAsync(stream, new WatchRequest { Range = Key("a") });
        await AddAsync(stream, new WatchRequest { Range = Key("b") });
        await stream.CancelAsync(99, _limit.Token);
        await stream.CancelAsync(0, _limit.Token);
        Assert.Equal((WatchMessageKind.Cancelled, 0L), ((await NextAsync(stream)) is var message ? message.Kind : default, message.WatchId));
        await _test.DoAsync(Put("a", "1"));
        await _test.DoAsync(Put("b", "1"));
        Assert.Equal(["1:b@3"], await TakeAsync(stream, 1));
    }

    [Fact]
    public async Task Progress_comes_after_everything_it_speaks_of()
    {
        for (var i = 0; i < 3000; i++) await _test.DoAsync(Put("a", "1"));
        using var stream = Node.Watch();
        await AddAsync(stream, new WatchRequest { Range = KeyRange.All, StartRevision = 2 });
        await stream.RequestProgressAsync(_limit.Token);
        await _test.DoAsync(Put("b", "1"));
        long last = 0;
        WatchMessage message;
        for (; (message = await NextAsync(stream)).Kind != WatchMessageKind.Progress;) last = message.Revision;
        Assert.Equal(WatchMessage.NoWatcher, message.WatchId);
        Assert.InRange(message.Revision, 3001, last);
    }

    [Fact]
    public async Task Idle_watchers_that_ask_for_it_report_progress_of_the_current_revision()
    {
        var time = new ManualTime();
        await using var test = new TestNode(new ManifestOptions { ProgressInterval = TimeSpan.FromSeconds(10) }, time);
        using var stream = test.Node.Watch();
        await AddAsync(stream, new WatchRequest { Range = Key("quiet"), WantsProgress = true });
        await AddAsync(stream, new WatchRequest { Range = Key("mute") });
        await test.DoAsync(Put("a", "1"));
        var next = stream.TakeAsync(_limit.Token).AsTask();
        await Eventually.HoldsAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return next.IsCompleted;
        });
        var message = await next;
        Assert.Equal((WatchMessageKind.Progress, 0L, 2L), (message.Kind, message.WatchId, message.Revision));
    }

    [Fact]
    public async Task A_reader_that_does_not_read_costs_a_bounded_queue_and_misses_nothing()
    {
        using var idle = Node.Watch();
        using var busy = Node.Watch();
        await AddAsync(idle, new WatchRequest { Range = KeyRange.All });
        await AddAsync(busy, new WatchRequest { Range = KeyRange.All });
        var reading = Task.Run(() => TakeAsync(busy, 10_000));
        for (var i = 0; i < 10_000; i++) await _test.DoAsync(Put("a", "1"));
        Assert.Equal(10_000, (await reading).Count);
        var told = await TakeAsync(idle, 10_000);
        Assert.Equal("0:a@2", told[0]);
        Assert.Equal("0:a@10001", told[^1]);
        Assert.Equal(10_000, told.Distinct().Count());
        await _test.DoAsync(Put("a", "1"));
        Assert.Equal(["0:a@10002"], await TakeAsync(idle, 1));
    }

    [Fact]
    public async Task A_reader_too_far_behind_a_compaction_is_told_so()
    {
        using var idle = Node.Watch();
        await AddAsync(idle, new WatchRequest { Range = KeyRange.All });
        for (var i = 0; i < 3 * WatchStream.MaxQueued; i++) await _test.DoAsync(Put("a", "1"));
        await Eventually.HoldsAsync(() => Node.Status.Watchers == 1);
        await Node.CompactAsync(Node.Status.Revision, default);
        WatchMessage message;
        var told = 0;
        for (; (message = await NextAsync(idle)).Kind == WatchMessageKind.Events;) told += message.Events.Count;
        Assert.Equal((WatchMessageKind.Compacted, Node.Status.Revision), (message.Kind, message.CompactRevision));
        Assert.InRange(told, 0, WatchStream.MaxQueued + WatchStream.MaxMessage);
        Assert.Equal(0, Node.Status.Watchers);
    }

    [Fact]
    public async Task Ten_thousand_idle_watchers_are_found_by_none_of_the_writes_to_other_keys()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var stream = Node.Watch();
        var adding = Task.Run(async () =>
        {
            for (var i = 0; i < 10_000; i++)
                await stream.AddAsync(new WatchRequest { Range = i % 2 == 0 ? Key($"idle{i}") : KeyRange.Prefix(Bytes($"idle{i}/")) }, _limit.Token);
        });
        for (var i = 0; i < 10_000; i++) Assert.Equal(WatchMessageKind.Created, (await NextAsync(stream)).Kind);
        await adding;
        // Each watches a range of its own: that, its place in an index, and what it is to tell. Other tests allocate beside this one: the bound is generous.
        Assert.InRange((GC.GetTotalMemory(forceFullCollection: true) - before) / 10_000, 0, 4096);
        for (var i = 0; i < 100; i++) await _test.DoAsync(Put($"busy{i}", "1"));
        await _test.DoAsync(Put("idle5000", "1"));
        await _test.DoAsync(Put("idle5001/x", "1"));
        Assert.Equal(["5000:idle5000@102", "5001:idle5001/x@103"], await TakeAsync(stream, 2));
    }

    [Fact]
    public async Task A_snapshot_that_leaps_past_a_watcher_ends_it_or_goes_on_without_a_gap()
    {
        await using var ahead = new TestNode();
        for (var i = 0; i < 50; i++) await ahead.DoAsync(Put("a", $"{i}"));
        using var stream = Node.Watch();
        await AddAsync(stream, new WatchRequest { Range = Key("a") });
        var bytes = new MemoryStream();
        using (var snapshot = ahead.Node.Snapshot()) snapshot.WriteTo(bytes);
        bytes.Position = 0;
        Node.Restore(50, bytes);
        Assert.Equal(50, (await TakeAsync(stream, 50)).Distinct().Count());
        await ahead.DoAsync(Put("a", "last"));
        await ahead.DoAsync(Put("a", "last"));
        await ahead.Node.CompactAsync(53, default);
        bytes = new MemoryStream();
        using (var snapshot = ahead.Node.Snapshot()) snapshot.WriteTo(bytes);
        bytes.Position = 0;
        Node.Restore(53, bytes);
        Assert.Equal(WatchMessageKind.Compacted, (await NextAsync(stream)).Kind);
    }

    private async Task<long> AddAsync(WatchStream stream, WatchRequest request)
    {
        await stream.AddAsync(request, _limit.Token);
        var created = await NextAsync(stream);
        Assert.Equal(WatchMessageKind.Created, created.Kind);
        return created.WatchId;
    }

    private async Task<WatchMessage> NextAsync(WatchStream stream) => await stream.TakeAsync(_limit.Token);

    private async Task<List<string>> TakeAsync(WatchStream stream, int events)
    {
        var told = new List<string>();
        while (told.Count < events)
        {
            var message = await NextAsync(stream);
            Assert.Equal(WatchMessageKind.Events, message.Kind);
            told.AddRange(message.Events.Select(change => $"{message.WatchId}:{Text(change.Entry.Key)}@{change.Entry.ModRevision}"));
        }

        return told;
    }
}
