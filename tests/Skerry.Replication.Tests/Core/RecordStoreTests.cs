using Skerry.Primitives;
using Skerry.Replication.Core;

namespace Skerry.Replication.Tests.Core;

public sealed class RecordStoreTests
{
    private readonly RecordStore _store = new();
    private Instant _now = Instant.Origin + TimeSpan.FromDays(1);

    [Theory]
    [InlineData(2, "b", 1, "a", "b")]
    [InlineData(1, "b", 2, "a", "a")]
    [InlineData(1, "a", 1, "b", "b")]
    [InlineData(1, "b", 1, "a", "b")]
    [InlineData(1, null, 1, "a", null)]
    [InlineData(1, "a", 1, null, null)]
    [InlineData(2, null, 1, "a", null)]
    public void The_higher_version_counts_of_equal_ones_the_withdrawal_then_the_greater_payload(ulong first, string? one, ulong second, string? two, string? expected)
    {
        Set("a", "x", first, one);
        Set("a", "x", second, two);
        var stored = Assert.Single(_store.All);
        Assert.Equal(expected, stored.Record.Payload is { } payload ? System.Text.Encoding.UTF8.GetString(payload.Span) : null);
    }

    [Fact]
    public void Two_stores_that_know_the_same_have_one_digest_whatever_the_order()
    {
        var other = new RecordStore();
        var records = Enumerable.Range(0, 200).Select(i => Carried($"owner-{i % 7}", $"id-{i}", (ulong)i + 1, i % 5 == 0 ? null : "text")).ToArray();
        foreach (var record in records) Assert.True(_store.TrySet(record, _now));
        foreach (var record in records.Reverse()) Assert.True(other.TrySet(record, _now + TimeSpan.FromMinutes(1)));
        Assert.Equal(_store.Digest, other.Digest);
        Assert.Equal(_store.OwnerDigests(), other.OwnerDigests());

        other.TrySet(Carried("owner-3", "id-3", 1000, "text"), _now);
        Assert.NotEqual(_store.Digest, other.Digest);
    }

    [Fact]
    public void A_store_that_lost_everything_again_has_the_digest_of_an_empty_one()
    {
        Set("a", "x", 1, "text");
        Set("b", "y", 2, null);
        _store.Forget("a");
        _now += RecordStore.BurialTime;
        _store.DropBuried(_now);
        Assert.Equal(new RecordStore().Digest, _store.Digest);
        Assert.Empty(_store.All);
        Assert.Equal(Instant.Never, _store.NextBurialEnd);
    }

    [Fact]
    public void An_owner_says_no_more_than_its_bound_and_may_still_change_what_it_says()
    {
        for (var i = 0; i < Record.MaxPerOwner; i++) Assert.True(Set("a", $"id-{i}", 1, "text"));
        Assert.False(Set("a", "one-more", 1, "text"));
        Assert.True(Set("a", "id-0", 2, "changed"));
        Assert.True(Set("b", "other", 1, "text"));
        Assert.True(Set("a", "id-1", 2, null));
        Assert.True(Set("a", "one-more", 1, "text"));
    }

    [Fact]
    public void Of_too_many_withdrawals_the_lowest_versions_go_whatever_the_order()
    {
        var versions = Enumerable.Range(1, Record.MaxPerOwner + 100).Select(i => (ulong)i).ToArray();
        new Prng(1).Shuffle(versions.AsSpan());
        foreach (var version in versions) Set("a", $"id-{version}", version, null);
        Assert.Equal(Record.MaxPerOwner, _store.All.Count());
        Assert.Equal(101UL, _store.All.Min(stored => stored.Record.Version));
    }

    [Fact]
    public void A_withdrawal_is_dropped_by_its_age_not_by_when_it_was_heard()
    {
        Assert.True(_store.TrySet(new CarriedRecord(new Record("a", "kind", "x", 1, null), TimeSpan.FromHours(23)), _now));
        Assert.False(_store.TrySet(new CarriedRecord(new Record("a", "kind", "y", 1, null), TimeSpan.FromHours(24)), _now));
        _store.DropBuried(_now + TimeSpan.FromMinutes(59));
        Assert.Single(_store.All);
        _store.DropBuried(_now + TimeSpan.FromMinutes(60));
        Assert.Empty(_store.All);
    }

    [Fact]
    public void Nothing_of_a_forgotten_owner_is_taken_in_until_it_is_back()
    {
        Set("a", "x", 1, "text");
        Assert.Single(_store.Forget("a"));
        Assert.False(Set("a", "x", 5, "text"));
        _store.Revive("a");
        Assert.True(Set("a", "x", 5, "text"));
    }

    [Fact]
    public void Of_too_many_forgotten_owners_the_longest_forgotten_go()
    {
        for (var i = 0; i <= ForgottenOwners.Limit; i++) _store.Forget($"owner-{i}");
        Assert.False(_store.IsForgotten("owner-0"));
        Assert.True(_store.IsForgotten("owner-1"));
        _store.Revive("owner-1");
        _store.Forget("owner-1");
        for (var i = 0; i < 100; i++) _store.Forget($"more-{i}");
        Assert.True(_store.IsForgotten("owner-1"));
    }

    private static CarriedRecord Carried(string owner, string id, ulong version, string? text)
    {
        ReadOnlyMemory<byte>? payload = null;
        if (text is not null) payload = System.Text.Encoding.UTF8.GetBytes(text);
        return new CarriedRecord(new Record(owner, "kind", id, version, payload), TimeSpan.Zero);
    }

    private bool Set(string owner, string id, ulong version, string? text) => _store.TrySet(Carried(owner, id, version, text), _now);
}
