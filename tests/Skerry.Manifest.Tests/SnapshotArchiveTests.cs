using Skerry.Manifest.Core;

using static Skerry.Manifest.Tests.Ops;

namespace Skerry.Manifest.Tests;

/// <summary>A state is saved as a file and put in place again, whole or not at all.</summary>
public sealed class SnapshotArchiveTests : IAsyncDisposable
{
    private readonly ManualTime _time = new();
    private readonly TestNode _node;

    public SnapshotArchiveTests() => _node = new TestNode(time: _time);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_saved_comes_back_and_what_came_after_is_gone()
    {
        for (var i = 0; i < 300; i++) await _node.DoAsync(Put($"k{i}", new string('v', 10_000)));
        await _node.DoAsync(Delete("k7"));
        var saved = await SaveAsync();
        await _node.DoAsync(Put("k1", "changed"));
        await _node.DoAsync(Put("later", "1"));
        var before = _node.Node.Revision;

        Assert.Equal(ManifestError.None, await RestoreAsync(saved));
        var all = (RangeResult)await _node.DoAsync(GetAll());
        Assert.Equal(299, all.Count);
        Assert.Equal(10_000, ((RangeResult)await _node.DoAsync(Get("k1"))).Entries[0].Value.Length);
        Assert.Equal(0, ((RangeResult)await _node.DoAsync(Get("later"))).Count);
        // No revision comes twice with other keys, and nobody reads one of before.
        Assert.True(_node.Node.Revision > before + 1);
        Assert.Equal(ManifestError.Compacted, (await _node.DoAsync(Get("k1", before))).Error);
        Assert.True((await _node.DoAsync(Put("k1", "new"))).IsDone);
    }

    [Fact]
    public async Task A_watcher_is_told_that_it_must_look_anew()
    {
        await _node.DoAsync(Put("a", "1"));
        var saved = await SaveAsync();
        using var watch = _node.Node.Watch();
        await watch.AddAsync(new WatchRequest { Range = KeyRange.All }, Cancel);
        Assert.Equal(WatchMessageKind.Created, (await watch.TakeAsync(Cancel)).Kind);
        Assert.Equal(ManifestError.None, await RestoreAsync(saved));
        var told = await watch.TakeAsync(Cancel);
        Assert.Equal((WatchMessageKind.Compacted, _node.Node.Revision), (told.Kind, told.CompactRevision));
    }

    [Fact]
    public async Task Leases_have_the_time_left_that_they_had()
    {
        var lease = (LeaseResult)await _node.Node.GrantAsync(5, 100, Cancel);
        await _node.DoAsync(Put("leased", "1", lease.Id));
        _time.Advance(TimeSpan.FromSeconds(30));
        // The log's time goes on with what is in the log.
        await _node.DoAsync(Put("tick", "1"));
        var saved = await SaveAsync();
        _time.Advance(TimeSpan.FromSeconds(60));
        await _node.DoAsync(Put("tick", "2"));
        Assert.Equal(ManifestError.None, await RestoreAsync(saved));
        var left = await _node.Node.TimeToLiveAsync(5, wantsKeys: true, Cancel);
        Assert.Equal((70, 1), (left.Ttl, left.Keys.Count));
    }

    [Fact]
    public async Task An_archive_with_a_byte_wrong_is_refused_or_right_all_the_same()
    {
        for (var i = 0; i < 20; i++) await _node.DoAsync(Put($"k{i}", $"{i}"));
        var saved = await SaveAsync();
        using var whole = await SnapshotArchive.OpenAsync(new MemoryStream(saved), Cancel);
        var random = new Random(1);
        for (var i = 0; i < 300; i++)
        {
            var damaged = saved.ToArray();
            var at = i < 20 ? i : random.Next(damaged.Length);
            damaged[at] ^= (byte)(1 << random.Next(8));
            try
            {
                // Some bits of the packing have no meaning: what is in it is then right.
                using var archive = await SnapshotArchive.OpenAsync(new MemoryStream(damaged), Cancel);
                Assert.Equal(whole.Metadata, archive.Metadata);
            }
            catch (InvalidDataException)
            {
                // As it should be.
            }
        }

        foreach (var length in new[] { 0, 1, saved.Length / 2, saved.Length - 20 })
            await Assert.ThrowsAsync<InvalidDataException>(() => SnapshotArchive.OpenAsync(new MemoryStream(saved[..length]), Cancel));
        var none = await Assert.ThrowsAsync<InvalidDataException>(() => SnapshotArchive.OpenAsync(new MemoryStream("no archive at all"u8.ToArray()), Cancel));
        Assert.Matches("^The archive is damaged, or none: .*[^.]\\.$", none.Message);
    }

    [Fact]
    public void A_restore_that_is_cut_off_changes_nothing_and_is_forgotten()
    {
        var machine = new ManifestMachine { ReadState = Skerry.Manifest.Wire.SnapshotReader.TryRead };
        machine.Apply(Put("a", "1"));
        var state = machine.Save();
        machine.Apply(Put("a", "2"));
        var empty = machine.Hash;
        Assert.True(machine.Apply(new RestorePartBody(7, 0, false, state.AsMemory(0, 10))).IsDone);
        Assert.Equal(ManifestError.RestoreInterrupted, machine.Apply(new RestorePartBody(7, 11, true, state.AsMemory(11))).Error);
        Assert.Equal(ManifestError.RestoreInterrupted, machine.Apply(new RestorePartBody(8, 10, true, state.AsMemory(10))).Error);
        Assert.Equal(ManifestError.SnapshotDamaged, machine.Apply(new RestorePartBody(7, 10, true, state.AsMemory(10, 5))).Error);
        Assert.Equal(empty, machine.Hash);
        Assert.True(machine.Apply(new RestorePartBody(9, 0, false, state.AsMemory(0, 10))).IsDone);
        Assert.True(machine.Apply(new RestorePartBody(9, 0, false, default)).IsDone);
        Assert.Equal(empty, machine.Hash);
        // Nobody comes back to this one.
        Assert.True(machine.Apply(new RestorePartBody(9, 0, false, state.AsMemory(0, 10))).IsDone);
        machine.Apply(Put("b", "1"), stamp: StagedRestore.Patience + 1);
        Assert.Null(machine.Staged);
        Assert.Equal("2", Text(machine.Read(Get("a")).Entries[0].Value));
    }

    [Fact]
    public void A_replica_that_begins_in_the_middle_of_a_restore_ends_it_like_the_others()
    {
        var machine = new ManifestMachine { ReadState = Skerry.Manifest.Wire.SnapshotReader.TryRead };
        machine.Apply(Put("a", "1"));
        var state = machine.Save();
        machine.Apply(Put("a", "2"));
        machine.Apply(new RestorePartBody(7, 0, false, state.AsMemory(0, 10)), stamp: 5);
        var copy = machine.Copy(out _);
        copy.ReadState = Skerry.Manifest.Wire.SnapshotReader.TryRead;
        Assert.Equal(machine.Hash, copy.Hash);
        foreach (var replica in new[] { machine, copy }) Assert.True(replica.Apply(new RestorePartBody(7, 10, true, state.AsMemory(10)), stamp: 6).IsDone);
        Assert.Equal(machine.Hash, copy.Hash);
        Assert.Equal("1", Text(copy.Read(Get("a")).Entries[0].Value));
    }

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    private async Task<byte[]> SaveAsync()
    {
        var (_, archive) = await SnapshotArchive.SaveAsync(_node.Node, "site", "one", DateTimeOffset.UnixEpoch, Cancel);
        await using (archive)
        {
            var bytes = new byte[archive.Length];
            await archive.ReadExactlyAsync(bytes, Cancel);
            return bytes;
        }
    }

    private async Task<ManifestError> RestoreAsync(byte[] saved)
    {
        using var archive = await SnapshotArchive.OpenAsync(new MemoryStream(saved), Cancel);
        return await archive.RestoreAsync(_node.Node, Cancel);
    }
}
