using Skerry.Manifest.Core;

using static Skerry.Manifest.Tests.Ops;

namespace Skerry.Manifest.Tests.Core;

/// <summary>What etcd's clients count on, and what was wrong in others.</summary>
public sealed class MachineTests
{
    private readonly ManifestMachine _machine = new();

    [Fact]
    public void An_empty_store_is_at_revision_one_and_the_first_put_makes_two()
    {
        Assert.Equal(1, _machine.Keys.Revision);
        Assert.Equal(2, _machine.Apply(Put("a", "1")).Revision);
    }

    [Fact]
    public void Nothing_but_a_change_makes_a_revision()
    {
        _machine.Apply(Put("a", "1"));
        Assert.Equal(2, _machine.Apply(Delete("missing")).Revision);
        Assert.Equal(2, _machine.Apply(new TxnOp { Success = [Get("a"), Delete("missing")] }).Revision);
        Assert.Equal(2, _machine.Apply(new GrantBody(1, 10)).Revision);
        Assert.Equal(3, _machine.Apply(new TxnOp { Success = [Put("a", "2"), Put("b", "2"), Delete("c")] }).Revision);
    }

    [Fact]
    public void A_deletion_begins_the_count_of_versions_again()
    {
        _machine.Apply(Put("a", "1"));
        _machine.Apply(Put("a", "2"));
        _machine.Apply(Delete("a"));
        _machine.Apply(Put("a", "3"));
        var entry = Assert.Single(_machine.Read(Get("a")).Entries);
        Assert.Equal((5, 5, 1), (entry.CreateRevision, entry.ModRevision, entry.Version));
    }

    [Fact]
    public void Count_is_of_the_range_whatever_limit_and_bounds_leave_out()
    {
        foreach (var key in new[] { "a", "b", "c", "d" }) _machine.Apply(Put(key, key));
        var limited = _machine.Read(new RangeOp { Range = KeyRange.All, Limit = 2 });
        Assert.Equal((4, true, "a b"), (limited.Count, limited.HasMore, limited.Keys()));
        var bounded = _machine.Read(new RangeOp { Range = KeyRange.All, MinModRevision = 4, Limit = 1 });
        Assert.Equal((4, true, "c"), (bounded.Count, bounded.HasMore, bounded.Keys()));
        var counted = _machine.Read(new RangeOp { Range = KeyRange.All, CountOnly = true, Limit = 1 });
        Assert.Equal((4, false, ""), (counted.Count, counted.HasMore, counted.Keys()));
    }

    [Theory]
    [InlineData(SortTarget.Key, SortOrder.None, "a b c")]
    [InlineData(SortTarget.Key, SortOrder.Descending, "c b a")]
    [InlineData(SortTarget.Value, SortOrder.None, "c a b")]
    [InlineData(SortTarget.Value, SortOrder.Descending, "b a c")]
    [InlineData(SortTarget.Create, SortOrder.Ascending, "b c a")]
    [InlineData(SortTarget.Mod, SortOrder.Descending, "b a c")]
    [InlineData(SortTarget.Version, SortOrder.Ascending, "a c b")]
    public void Ranges_are_sorted_by_what_is_asked_for(SortTarget target, SortOrder order, string expected)
    {
        _machine.Apply(Put("b", "9"));
        _machine.Apply(Put("c", "1"));
        _machine.Apply(Put("a", "5"));
        _machine.Apply(Put("b", "9"));
        Assert.Equal(expected, _machine.Read(new RangeOp { Range = KeyRange.All, Target = target, Order = order, KeysOnly = true }).Keys());
    }

    [Fact]
    public void A_limit_applies_after_sorting()
    {
        foreach (var key in new[] { "a", "b", "c" }) _machine.Apply(Put(key, key));
        var last = _machine.Read(new RangeOp { Range = KeyRange.All, Order = SortOrder.Descending, Limit = 1 });
        Assert.Equal(("c", true), (last.Keys(), last.HasMore));
    }

    [Fact]
    public void Prefixes_end_behind_their_last_key()
    {
        Assert.Equal("b", Text(KeyRange.Prefix(Bytes("a")).End));
        Assert.Equal("b", Text(KeyRange.Prefix(Bytes("a\u00ff")).End));
        Assert.True(KeyRange.Prefix(Bytes("\u00ff\u00ff")).IsOpen);
        Assert.True(KeyRange.Prefix([]).Contains(Bytes("\0")));
    }

    [Fact]
    public void Old_revisions_are_read_until_they_are_compacted_and_the_compacted_one_still_is()
    {
        _machine.Apply(Put("a", "1"));
        _machine.Apply(Put("a", "2"));
        _machine.Apply(Put("a", "3"));
        Assert.Equal(ManifestError.None, _machine.Apply(new CompactBody(3)).Error);
        Assert.Equal("2", Text(_machine.Read(Get("a", 3)).Entries[0].Value));
        Assert.Equal(ManifestError.Compacted, RangeReader.Check(2, _machine.Keys.Revision, _machine.Keys.Compacted));
        Assert.Equal(ManifestError.FutureRevision, RangeReader.Check(5, _machine.Keys.Revision, _machine.Keys.Compacted));
        Assert.Equal(ManifestError.Compacted, _machine.Apply(new CompactBody(3)).Error);
        Assert.Equal(ManifestError.FutureRevision, _machine.Apply(new CompactBody(9)).Error);
    }

    [Fact]
    public void Compaction_keeps_a_deletion_at_its_own_revision_and_forgets_older_ones()
    {
        _machine.Apply(Put("a", "1"));
        _machine.Apply(Delete("a"));
        _machine.Apply(Put("b", "1"));
        _machine.Apply(new CompactBody(3));
        Assert.True(_machine.Keys.Find(Bytes("a"))!.Head.IsDeletion);
        _machine.Apply(new CompactBody(4));
        Assert.Null(_machine.Keys.Find(Bytes("a")));
        Assert.Equal("b", _machine.Read(GetAll()).Keys());
    }

    [Fact]
    public void Memory_is_given_back_by_compaction()
    {
        for (var i = 0; i < 5000; i++) _machine.Apply(Put($"k{i % 10}", new string('v', 100)));
        var full = _machine.Keys.Size;
        _machine.Apply(new CompactBody(_machine.Keys.Revision));
        while (_machine.Keys.IsUnclean) _machine.Keys.Clean();
        Assert.InRange(_machine.Keys.Size, 10 * 100, full / 100);
        foreach (var key in Enumerable.Range(0, 10)) _machine.Apply(Delete($"k{key}"));
        _machine.Apply(Put("last", ""));
        _machine.Apply(new CompactBody(_machine.Keys.Revision));
        Assert.Equal(("last", 1L, 1L), (_machine.Read(GetAll()).Keys(), _machine.Keys.States, _machine.Keys.Keys));
    }

    [Fact]
    public void A_snapshot_being_written_keeps_what_it_needs()
    {
        for (var i = 0; i < 100; i++) _machine.Apply(Put("a", $"{i}"));
        _machine.Keys.Pins++;
        var before = _machine.Save();
        using var snapshot = new ManifestSnapshot(_machine, 0, static () => { });
        _machine.Apply(new CompactBody(90));
        for (var i = 0; i < 100; i++) _machine.Apply(Put("b", $"{i}"));
        var target = new MemoryStream();
        snapshot.WriteTo(target);
        Assert.Equal(before, target.ToArray());
        _machine.Keys.Pins--;
        Assert.True(_machine.Keys.IsUnclean);
    }

    [Fact]
    public void Puts_keep_value_or_lease_only_of_a_key_that_is_there()
    {
        _machine.Apply(new GrantBody(5, 60));
        Assert.Equal(ManifestError.KeyNotFound, _machine.Apply(new PutOp { Key = Bytes("a"), KeepsValue = true }).Error);
        Assert.Equal(ManifestError.KeyNotFound, _machine.Apply(new PutOp { Key = Bytes("a"), KeepsLease = true }).Error);
        _machine.Apply(Put("a", "1", lease: 5));
        _machine.Apply(new PutOp { Key = Bytes("a"), KeepsLease = true, Value = Bytes("2") });
        var entry = _machine.Read(Get("a")).Entries[0];
        Assert.Equal(("2", 5), (Text(entry.Value), entry.Lease));
        _machine.Apply(new PutOp { Key = Bytes("a"), KeepsValue = true });
        entry = _machine.Read(Get("a")).Entries[0];
        Assert.Equal(("2", 0), (Text(entry.Value), entry.Lease));
        Assert.Equal(ManifestError.ValueProvided, _machine.Apply(new PutOp { Key = Bytes("a"), KeepsValue = true, Value = Bytes("x") }).Error);
        Assert.Equal(ManifestError.LeaseProvided, _machine.Apply(new PutOp { Key = Bytes("a"), KeepsLease = true, Lease = 5 }).Error);
        Assert.Equal(ManifestError.LeaseNotFound, _machine.Apply(Put("a", "1", lease: 6)).Error);
        Assert.Equal(ManifestError.EmptyKey, _machine.Apply(Put("", "1")).Error);
    }

    [Fact]
    public void A_put_without_a_lease_takes_the_key_off_its_old_one()
    {
        _machine.Apply(new GrantBody(5, 60));
        _machine.Apply(Put("a", "1", lease: 5));
        _machine.Apply(Put("a", "2"));
        _machine.Apply(new RevokeBody(5));
        Assert.Equal("a", _machine.Read(GetAll()).Keys());
    }

    [Fact]
    public void A_lease_takes_its_keys_with_it_in_one_revision()
    {
        _machine.Apply(new GrantBody(5, 60));
        foreach (var key in new[] { "c", "a", "b" }) _machine.Apply(Put(key, "1", lease: 5));
        _machine.Apply(Put("d", "1"));
        Assert.Equal(6, _machine.Apply(new RevokeBody(5)).Revision);
        Assert.Equal("d", _machine.Read(GetAll()).Keys());
        Assert.Equal(ManifestError.LeaseNotFound, _machine.Apply(new RevokeBody(5)).Error);
        var events = _machine.Keys.Events;
        Assert.Equal("abc", string.Concat(Enumerable.Range(4, 3).Select(i => Text(events[i].Record.Key))));
    }

    [Fact]
    public void A_lease_renewed_in_time_is_not_expired_by_a_command_that_comes_late()
    {
        _machine.Apply(new GrantBody(5, 10), stamp: 1000);
        _machine.Apply(Put("a", "1", lease: 5), stamp: 1000);
        _machine.Apply(new RenewBody([5, 99]), stamp: 10_999);
        _machine.Apply(new ExpireBody([5]), stamp: 11_000);
        Assert.Equal("a", _machine.Read(GetAll()).Keys());
        _machine.Apply(new ExpireBody([5]), stamp: 20_999);
        Assert.Equal("", _machine.Read(GetAll()).Keys());
    }

    [Fact]
    public void Grants_are_refused_for_a_taken_id_and_for_times_beyond_bounds()
    {
        Assert.Equal(ManifestError.None, _machine.Apply(new GrantBody(5, 60)).Error);
        Assert.Equal(ManifestError.LeaseExists, _machine.Apply(new GrantBody(5, 60)).Error);
        Assert.Equal(ManifestError.LeaseTtlTooLarge, _machine.Apply(new GrantBody(6, ManifestLimits.MaxLeaseSeconds + 1)).Error);
    }

    [Fact]
    public void A_request_is_applied_once_however_often_it_comes()
    {
        var request = new RequestId(77, 1, 1);
        Assert.False(_machine.Apply(Put("a", "1"), request: request).IsRepeated);
        Assert.True(_machine.Apply(Put("a", "1"), request: request).IsRepeated);
        Assert.Equal(2, _machine.Keys.Revision);
        _machine.Apply(Put("b", "1"), request: new RequestId(77, 2, 2));
        Assert.Equal(ManifestError.GivenUp, _machine.Apply(Put("a", "2"), request: request).Error);
        Assert.Equal(3, _machine.Keys.Revision);
        var restored = _machine.Copy(out _);
        Assert.True(restored.Apply(Put("b", "1"), request: new RequestId(77, 2, 2)).IsRepeated);
    }

    [Fact]
    public void What_is_remembered_of_requests_stays_bounded()
    {
        for (ulong client = 1; client <= ManifestLimits.MaxClients + 10; client++) _machine.Apply(Put("a", "1"), request: new RequestId(client, 1, 1));
        Assert.Equal(ManifestLimits.MaxClients, _machine.Requests.InOrder.Count());
        for (ulong sequence = 1; sequence < ClientRequests.Most * 2; sequence++) _machine.Apply(new RenewBody([]), request: new RequestId(5000, sequence, 1));
        Assert.InRange(_machine.Requests.InOrder.Last().InOrder.Count(), 1, ClientRequests.Most);
        _machine.Apply(new RenewBody([]), request: new RequestId(5000, ulong.MaxValue, ulong.MaxValue));
        Assert.Single(_machine.Requests.InOrder.Last().InOrder);
        Assert.Equal(_machine.Hash, _machine.Copy(out _).Hash);
    }

    [Fact]
    public void Without_space_only_what_adds_is_refused()
    {
        _machine.Apply(Put("a", "1"));
        _machine.Apply(new AlarmBody(true, new ManifestAlarm(9, AlarmKind.NoSpace)));
        Assert.Equal(ManifestError.NoSpace, _machine.Apply(Put("b", "1")).Error);
        Assert.Equal(ManifestError.NoSpace, _machine.Apply(new TxnOp { Success = [new TxnOp { Failure = [Put("b", "1")] }] }).Error);
        Assert.Equal(ManifestError.NoSpace, _machine.Apply(new GrantBody(1, 10)).Error);
        Assert.True(_machine.Apply(new TxnOp { Success = [Delete("a")] }).IsDone);
        Assert.True(_machine.Apply(new CompactBody(2)).IsDone);
        _machine.Apply(new AlarmBody(false, new ManifestAlarm(9, AlarmKind.None)));
        Assert.True(_machine.Apply(Put("b", "1")).IsDone);
    }
}
