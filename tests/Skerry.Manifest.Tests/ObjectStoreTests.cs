using static Skerry.Manifest.Tests.Ops;

namespace Skerry.Manifest.Tests;

/// <summary>Documents with versions and history, changed several at a time or not at all.</summary>
public sealed class ObjectStoreTests : IAsyncDisposable
{
    private static readonly ObjectNote Note = new(DateTimeOffset.UnixEpoch, "a", "apply");

    private readonly TestNode _test = new();
    private readonly ObjectStore _store;

    public ObjectStoreTests() => _store = new ObjectStore(_test.Node, "gateway", kept: 3);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Several_objects_change_in_one_revision_which_is_their_version()
    {
        var empty = await ReadAsync();
        Assert.Equal((0L, 0), (empty.Revision, empty.Objects.Length));
        var commit = await _store.CommitAsync(empty, [new("pipeline", "web", "one"), new("listener", "http", "two")], Note, Cancel);
        Assert.True(commit.IsDone);
        var set = await ReadAsync();
        Assert.Equal(["listener/http two", "pipeline/web one"], set.Objects.Select(item => $"{item.Kind}/{item.Name} {item.Document}"));
        Assert.All(set.Objects, item => Assert.Equal(commit.Revision, item.Revision));
        Assert.Equal(commit.Revision, set.Revision);
    }

    [Fact]
    public async Task What_was_checked_against_an_older_set_is_not_written()
    {
        var old = await ReadAsync();
        await _store.CommitAsync(old, [new("pipeline", "a", "1")], Note, Cancel);
        var late = await _store.CommitAsync(old, [new("pipeline", "b", "1")], Note, Cancel);
        Assert.Equal((true, false), (late.IsOutdated, late.IsDone));
        // A deletion makes a set old as well, and one that is empty again is not one that never was.
        var set = await ReadAsync();
        await _store.CommitAsync(set, [new("pipeline", "a", null)], Note, Cancel);
        Assert.True((await _store.CommitAsync(set, [new("pipeline", "b", "1")], Note, Cancel)).IsOutdated);
        Assert.True((await _store.CommitAsync(old, [new("pipeline", "b", "1")], Note, Cancel)).IsOutdated);
        Assert.Empty((await ReadAsync()).Objects);
    }

    [Fact]
    public async Task The_last_states_of_an_object_outlive_compaction_and_the_object()
    {
        var revisions = new List<long>();
        foreach (var text in new[] { "1", "2", "3", null, "5" }) revisions.Add(await WriteAsync(new ObjectWrite("pipeline", "web", text)));
        await _test.Node.CompactAsync(_test.Node.Revision, Cancel);
        var (_, history) = await _store.HistoryAsync("pipeline", "web", Cancel);
        Assert.Equal([(revisions[4], "5"), (revisions[3], null), (revisions[2], "3")], history.Select(state => (state.Revision, state.Document)));
        Assert.All(history, state => Assert.Equal(Note, state.Note));
        await WriteAsync(new ObjectWrite("pipeline", "web", null));
        Assert.Equal(3, (await _store.HistoryAsync("pipeline", "web", Cancel)).Revisions.Count);
    }

    [Fact]
    public async Task Histories_are_each_objects_own_whatever_their_names_begin_with()
    {
        await WriteAsync(new("pipeline", "web", "1"), new("pipeline", "web2", "2"), new("listener", "web", "3"));
        Assert.Equal(["1"], (await _store.HistoryAsync("pipeline", "web", Cancel)).Revisions.Select(state => state.Document));
        Assert.Equal(["3"], (await _store.HistoryAsync("listener", "web", Cancel)).Revisions.Select(state => state.Document));
    }

    [Fact]
    public async Task Many_objects_fit_in_one_change_and_histories_of_those_long_gone_are_dropped()
    {
        var names = Enumerable.Range(0, 300).Select(i => $"p{i:d3}").ToArray();
        await WriteAsync([.. names.Select(name => new ObjectWrite("pipeline", name, name))]);
        Assert.Equal(names, (await ReadAsync()).Objects.Select(item => item.Name));
        await WriteAsync([.. names.Take(40).Select(name => new ObjectWrite("pipeline", name, null))]);
        await WriteAsync([.. names.Skip(40).Take(40).Select(name => new ObjectWrite("pipeline", name, null))]);
        Assert.Empty((await _store.HistoryAsync("pipeline", "p000", Cancel)).Revisions);
        Assert.Equal(2, (await _store.HistoryAsync("pipeline", "p079", Cancel)).Revisions.Count);
        var gone = 0;
        foreach (var name in names.Take(80)) gone += (await _store.HistoryAsync("pipeline", name, Cancel)).Revisions.Count > 0 ? 1 : 0;
        Assert.Equal(64, gone);
    }

    [Fact]
    public async Task Every_change_wakes_who_watches_the_key_of_changes()
    {
        using var stream = _test.Node.Watch();
        await stream.AddAsync(new WatchRequest { Range = _store.ChangeKey }, Cancel);
        Assert.Equal(WatchMessageKind.Created, (await stream.TakeAsync(Cancel)).Kind);
        var written = await WriteAsync(new ObjectWrite("pipeline", "web", "1"));
        Assert.Equal(written, (await stream.TakeAsync(Cancel)).Revision);
        var deleted = await WriteAsync(new ObjectWrite("pipeline", "web", null));
        Assert.Equal(deleted, (await stream.TakeAsync(Cancel)).Revision);
    }

    [Fact]
    public async Task All_it_writes_is_reserved_and_readable_as_any_key()
    {
        await WriteAsync(new ObjectWrite("pipeline", "web", "text"));
        var all = (RangeResult)await _test.DoAsync(GetAll());
        Assert.All(all.Entries, entry => Assert.True(ReservedKeys.IsReserved(entry.Key.Span)));
        Assert.Equal("text", Text(((RangeResult)await _test.DoAsync(Get("_skerry/gateway/pipeline/web"))).Entries[0].Value));
    }

    [Fact]
    public async Task Without_a_leader_this_nodes_own_state_is_still_read()
    {
        await WriteAsync(new ObjectWrite("pipeline", "web", "1"));
        _test.Log.IsLost = true;
        Assert.Single((await _store.ReadAsync(isSerializable: true, Cancel)).Set!.Objects);
    }

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    private async Task<ObjectSet> ReadAsync() => (await _store.ReadAsync(isSerializable: false, Cancel)).Set!;

    private async Task<long> WriteAsync(params ObjectWrite[] writes)
    {
        var commit = await _store.CommitAsync(await ReadAsync(), writes, Note, Cancel);
        Assert.True(commit.IsDone, $"{commit}");
        return commit.Revision;
    }
}
